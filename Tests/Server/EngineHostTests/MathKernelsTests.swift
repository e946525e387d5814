import Testing

@testable import EngineHost

@Suite struct MathKernelsTests {
  static let wide = "avx512f avx512bw avx512cd avx512dq avx512vl"

  @Test(arguments: [
    ("flags\t\t: fpu sse2 avx2 fma \(wide) amx_bf16\n", "SkylakeX"),
    // As on the first processors with AVX-512: too little for these kernels.
    ("flags\t\t: fpu sse2 avx2 fma avx512f avx512cd\n", "Haswell"),
    ("flags\t\t: fpu avx2 fma\n", "Haswell"), ("flags\t\t: fpu avx2\n", nil),
    ("processor\t: 0\nmodel name\t: one with avx2 fma\nflags\t\t: sse2\n", nil),
    ("Features\t: fp asimd\n", nil), ("flags\t\t:\n", nil), ("", nil),
  ])
  func `the kernels are those for what the processor can do`(text: String, wanted: String?) {
    #expect(MathKernels.coreType(processors: text) == wanted)
  }
}
