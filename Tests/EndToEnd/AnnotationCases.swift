import API
import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that annotates an image of `pets` or of `cells`, both 64 x 64 pixels.
  mutating func addAnnotationCases<Q: Message>(
    _ request:
      @escaping @Sendable (_ world: World, _ project: String, _ annotation: Annotation) -> Q
  ) {
    let box = Box(xMin: 1, yMin: 2, xMax: 3, yMax: 4, className: "cell")
    accepts(.bound, "1,000 boxes") {
      request($0, "cells", Annotation(boxes: Array(repeating: box, count: 1_000)))
    }
    accepts(.bound, "no box") { request($0, "cells", Annotation(boxes: [])) }
    refuses(
      .pastBound, "1,001 boxes", .invalidArgument, ["boxes", "1001", "1000"],
      field: "annotation.boxes"
    ) {
      request($0, "cells", Annotation(boxes: Array(repeating: box, count: 1_001)))
    }
    accepts(.bound, "boxes that touch the edges or have no area") {
      request(
        $0, "cells",
        Annotation(boxes: [
          Box(xMin: 0, yMin: 0, xMax: 64, yMax: 64, className: "cell"),
          Box(xMin: -5, yMin: -5, xMax: 100, yMax: 100, className: "cell"),
          Box(xMin: 7, yMin: 7, xMax: 7, yMax: 7, className: "cell"),
        ]))
    }
    refuses(.wrongArgument, "an unknown class", .notFound, ["class", "horse"]) {
      request($0, "pets", Annotation("horse"))
    }
    refuses(.wrongArgument, "an unknown class of a box", .notFound, ["class", "horse"]) {
      request($0, "cells", Annotation(boxes: [box.with { $0.className = "horse" }]))
    }
    refuses(
      .wrongArgument, "boxes in classification", .invalidArgument, ["classification"],
      field: "annotation"
    ) {
      request($0, "pets", Annotation(boxes: [box]))
    }
    refuses(
      .wrongArgument, "a class in detection", .invalidArgument, ["detection"], field: "annotation"
    ) {
      request($0, "cells", Annotation("cell"))
    }
    refuses(
      .wrongArgument, "an unknown unit", .invalidArgument, ["7"], field: "annotation.boxes.unit"
    ) {
      request(
        $0, "cells", Annotation(value: .boxes(Boxes(boxes: [box], unit: .unrecognized(7)))))
    }
    refuses(
      .wrongArgument, "pixels taken for parts", .invalidArgument, ["boxes[0]", "sides are 1"],
      field: "annotation.boxes.boxes[0]"
    ) { request($0, "cells", Annotation(value: .boxes(Boxes(boxes: [box], unit: .fractions)))) }
    let badBoxes: [(String, Box)] = [
      ("no number", box.with { $0.xMin = .nan }),
      ("an infinite number", box.with { $0.yMax = .infinity }),
      ("x_min beyond x_max", box.with { $0.xMin = 10 }),
      ("y_min beyond y_max", box.with { $0.yMin = 10 }),
      ("nothing in the image", box.with { ($0.xMin, $0.xMax) = (65, 70) }),
      ("nothing below its top", box.with { ($0.yMin, $0.yMax) = (-9, -1) }),
    ]
    for (what, bad) in badBoxes {
      refuses(
        .wrongArgument, "a box with \(what)", .invalidArgument, ["boxes[1]"],
        field: "annotation.boxes.boxes[1]"
      ) {
        request($0, "cells", Annotation(boxes: [box, bad]))
      }
    }
  }
}

extension Box {
  fileprivate func with(_ change: (inout Box) -> Void) -> Box {
    var changed = self
    change(&changed)
    return changed
  }
}
