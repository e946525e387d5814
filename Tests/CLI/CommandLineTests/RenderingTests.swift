import API
import Foundation
import Testing
import WellKnownTypes

@testable import CommandLineKit

@Suite struct `Text on a terminal` {
  @Test(arguments: [
    ("", 0), ("cat", 3), ("naïve", 5), ("e\u{301}", 1), ("猫", 2), ("ｶ", 1), ("👍🏽", 2), ("✈️", 2),
    ("한글", 4), ("👩‍👩‍👧", 2),
  ])
  func `takes as many cells as a terminal gives it`(text: String, cells: Int) {
    #expect(TextWidth.cells(text) == cells)
  }

  @Test(arguments: [
    ("cat", 3, "cat"), ("cats", 3, "ca…"), ("猫猫", 3, "猫…"), ("猫猫", 2, "…"), ("cat", 0, ""),
  ])
  func `is cut to a width`(text: String, limit: Int, cut: String) {
    #expect(TextWidth.truncate(text, to: limit) == cut)
  }

  @Test(arguments: ["\u{1B}[2J", "a\nb", "\u{9B}1m", "\u{202E}gpj", "\u{2066}x", "a\rb", "\u{7F}"])
  func `cannot steer the terminal`(text: String) {
    let shown = TextWidth.printable(text)
    #expect(shown.contains("\u{FFFD}"))
    #expect(shown.unicodeScalars.count == text.unicodeScalars.count)
  }

  @Test func `keeps what is harmless`() {
    #expect(TextWidth.printable("Grüße, 猫 👩‍👩‍👧") == "Grüße, 猫 👩‍👩‍👧")
  }
}

@Suite struct `A table` {
  private func table() -> Table {
    var table = Table([.init("NAME"), .init("IMAGES", isNumeric: true), .init("NOTE")])
    table.append(["cats", "7", "short"])
    table.append(["猫と犬", "1200", "a longer note"])
    return table
  }

  @Test func `aligns its columns`() {
    #expect(
      table().lines() == [
        "NAME    IMAGES  NOTE",
        "cats         7  short",
        "猫と犬    1200  a longer note",
      ])
  }

  @Test func `cuts the widest column to fit a terminal`() {
    #expect(
      table().lines(cellsMax: 25) == [
        "NAME    IMAGES  NOTE",
        "cats         7  short",
        "猫と犬    1200  a longer…",
      ])
  }

  @Test func `keeps the ends of lines inside a cell`() {
    var table = Table([.init("A")])
    table.append(["x\ny"])
    #expect(table.lines() == ["A", "x\u{FFFD}y"])
  }
}

@Suite struct `Colours` {
  @Test(arguments: [
    (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
    (true, ["NO_COLOR": ""], true), (true, ["TERM": "dumb"], false),
  ])
  func `are for terminals, unless refused`(
    isTerminal: Bool, environment: [String: String], isColored: Bool
  ) {
    let palette = Palette(isTerminal: isTerminal, environment: environment)
    #expect(palette == (isColored ? .colored : .plain))
    #expect(palette.red("x") == (isColored ? "\u{1B}[31mx\u{1B}[0m" : "x"))
  }
}

@Suite struct `NumberFormat for people` {
  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_940, "9.9 kB"), (9_960, "10 kB"),
      (999_400, "999 kB"), (999_500, "1.0 MB"), (14_000_000, "14 MB"), (2_500_000_000, "2.5 GB"),
      (7_000_000_000_000, "7.0 TB"),
    ] as [(UInt64, String)])
  func `bytes`(count: UInt64, text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test(
    arguments: [
      (0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (80, "1:20"), (7384, "2:03:04"), (.nan, "-:--"),
      (.infinity, "-:--"), (-1, "-:--"),
    ] as [(Double, String)])
  func `durations`(seconds: Double, text: String) {
    #expect(Format.clock(seconds: seconds) == text)
  }

  @Test(
    arguments: [
      (0, "0 %"), (0.999, "99 %"), (1, "100 %"), (2, "100 %"), (-1, "0 %"), (.nan, "- %"),
    ] as [(Double, String)])
  func `percentages`(value: Double, text: String) {
    #expect(Format.percent(value) == text)
  }

  @Test func `times`() {
    #expect(Format.time(nil) == "")
    #expect(Format.time(ProtoTimestamp(seconds: 1_795_398_180)) == "2026-11-23T01:43:00Z")
  }
}

@Suite struct `A progress bar` {
  private let bar = ProgressBar(isUnicode: true)

  @Test(arguments: [
    (0.0, "░░░░"), (0.49, "█░░░"), (0.5, "██░░"), (1.0, "████"), (7.0, "████"), (-1.0, "░░░░"),
    (.nan, "░░░░"),
  ])
  func `fills from the left`(fraction: Double, text: String) {
    #expect(bar.text(fraction, cells: 4) == text)
  }

  @Test(arguments: [
    ([:], "##--"), (["LANG": "C"], "##--"), (["LANG": "en_US.UTF-8"], "██░░"),
    (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], "##--"), (["LC_ALL": "", "LANG": "C.utf8"], "██░░"),
  ])
  func `is of ASCII where the locale is not UTF-8`(environment: [String: String], text: String) {
    #expect(ProgressBar(environment: environment).text(0.5, cells: 4) == text)
  }

  @Test(arguments: [
    (60, "x ██████████████████░░░░░░░░░░  66 %  2/3 images  0:07 left"),
    (44, "x ████████░░░░  66 %  2/3 images  0:07 left"),
    (36, "x ██████████░░░░░  66 %  2/3 images"),
    (20, "x ███████░░░░  66 %"),
    (9, "x █████…"),
  ])
  func `leaves out what does not fit`(columns: Int, line: String) {
    let text = bar.line(
      label: "x", fraction: 2.0 / 3, details: ["2/3 images", "0:07 left"], columns: columns)
    #expect(text == line)
    #expect(TextWidth.cells(text) < columns)
  }
}

@Suite struct `Progress` {
  @Test func `of a training is one line`() {
    let progress = TrainingProgress(
      phase: .fineTuning, epoch: 3, epochs: 10, imagesDone: 580, imagesTotal: 1000, loss: 0.4123,
      validationAccuracy: 0.8712, imagesPerSecond: 93.4, secondsLeft: 80)
    #expect(
      TrainingText.line(progress, columns: 100, bar: ProgressBar(isUnicode: false))
        == "fine-tuning 3/10 #############-----------  58 %  loss 0.412  accuracy 0.871  "
        + "93 images/s  1:20 left")
  }

  @Test func `of a phase without loss leaves it out`() {
    let progress = TrainingProgress(
      phase: .features, imagesDone: 1, imagesTotal: 4, secondsLeft: 61)
    #expect(
      TrainingText.line(progress, columns: 60, bar: ProgressBar(isUnicode: false))
        == "features #######-----------------------  25 %  1:01 left")
  }

  @Test func `of an upload counts what is safe`() {
    let start = Date(timeIntervalSince1970: 1_000_000)
    var progress = UploadProgress(imagesTotal: 4, startedAt: start)
    progress.received(.sent(bytes: 4_000_000))
    progress.received(.stored(images: 1))
    progress.received(.refused(LeftOut(path: "a", reason: "empty")))
    #expect(
      progress.line(
        at: start.addingTimeInterval(2), columns: 80, bar: ProgressBar(isUnicode: false))
        == "uploading ###############---------------  50 %  2/4 images  2.0 MB/s  0:02 left")
    #expect(progress.stored == 1)
    #expect(progress.refused.count == 1)
  }

  @Test func `is redrawn at most ten times a second, but at the end always`() {
    let written = Shared("")
    let line = StatusLine(style: .redrawn) { text in written.withLock { $0 += text } }
    let start = Date(timeIntervalSince1970: 0)
    line.show("a", at: start)
    line.show("b", at: start.addingTimeInterval(0.09))
    line.show("c", at: start.addingTimeInterval(0.11))
    line.show("d", at: start.addingTimeInterval(0.12), always: true)
    line.print("note")
    line.finish()
    #expect(
      written.withLock { $0 } == "\ra\u{1B}[K\rc\u{1B}[K\rd\u{1B}[K\r\u{1B}[Knote\n")
  }

  @Test func `in a log is a line now and then`() {
    let written = Shared("")
    let line = StatusLine(style: .logged) { text in written.withLock { $0 += text } }
    let start = Date(timeIntervalSince1970: 0)
    for second in 0..<11 { line.show("\(second)", at: start.addingTimeInterval(Double(second))) }
    line.finish()
    #expect(written.withLock { $0 } == "0\n5\n10\n")
  }
}
