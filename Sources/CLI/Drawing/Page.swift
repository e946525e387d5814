/// One page of HTML that needs nothing else: no script, no other file, no network.
///
/// Everything given as text is escaped; figures are drawings of this module. The page says itself
/// that nothing may be run or fetched.
package struct Page: Sendable {
  package struct Column: Sendable {
    package let name: String
    package let isNumeric: Bool

    package init(_ name: String, isNumeric: Bool = false) {
      (self.name, self.isNumeric) = (name, isNumeric)
    }
  }

  package enum Tone: String, Sendable {
    case good
    case warning
    case bad
  }

  /// A drawing with words below it.
  package struct Figure: Sendable {
    package let drawing: String
    package let caption: String

    package init(_ drawing: String, caption: String = "") {
      (self.drawing, self.caption) = (drawing, caption)
    }
  }

  private let title: String
  private var parts: [String] = []
  /// By what they are referred to, in the order they came.
  private var images: [String] = []

  package init(title: String) {
    self.title = title
    parts.append("<h1>\(SVG.escaped(title))</h1>")
  }

  /// Puts an image into the page, once; drawings refer to it by the id that is given back.
  package mutating func keep(_ image: EmbeddedImage, enlarged: Bool = false) -> String {
    let id = "image-\(images.count + 1)"
    images.append(image.element(id: id, isEnlarged: enlarged))
    return id
  }

  package mutating func heading(_ text: String) {
    parts.append("<h2>\(SVG.escaped(text))</h2>")
  }

  package mutating func subheading(_ text: String) {
    parts.append("<h3>\(SVG.escaped(text))</h3>")
  }

  package mutating func paragraph(_ text: String, isFaint: Bool = false) {
    parts.append("<p\(isFaint ? " class=\"faint\"" : "")>\(SVG.escaped(text))</p>")
  }

  /// A line that says how something is, with a word in the colour of its tone before it.
  package mutating func note(_ word: String, _ text: String, tone: Tone) {
    parts.append(
      "<p><span class=\"tag \(tone.rawValue)\">\(SVG.escaped(word))</span> "
        + "\(SVG.escaped(text))</p>")
  }

  /// Figures that matter most, large, each with its name below.
  package mutating func facts(_ facts: [(name: String, value: String)]) {
    let items = facts.map {
      "<div><dd>\(SVG.escaped($0.value))</dd><dt>\(SVG.escaped($0.name))</dt></div>"
    }
    parts.append("<dl>\(items.joined())</dl>")
  }

  package mutating func table(_ columns: [Column], _ rows: [[String]]) {
    func cells(_ tag: String, _ texts: [String]) -> String {
      zip(columns, texts).map { column, text in
        "<\(tag)\(column.isNumeric ? " class=\"number\"" : "")>\(SVG.escaped(text))</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(cells("td", $0))</tr>" }.joined(separator: "\n")
    parts.append(
      "<div class=\"wide\"><table>\n<thead><tr>\(cells("th", columns.map(\.name)))</tr></thead>\n"
        + "<tbody>\(body)</tbody>\n</table></div>")
  }

  /// Drawings side by side, as many as there is room for.
  package mutating func figures(_ figures: [Figure]) {
    let items = figures.map { figure in
      let caption =
        figure.caption.isEmpty ? "" : "<figcaption>\(SVG.escaped(figure.caption))</figcaption>"
      return "<figure>\(figure.drawing)\(caption)</figure>"
    }
    parts.append("<div class=\"row\">\n\(items.joined(separator: "\n"))\n</div>")
  }

  /// The whole file.
  package var document: String {
    let kept =
      images.isEmpty
      ? ""
      : "<svg width=\"0\" height=\"0\" class=\"kept\" aria-hidden=\"true\"><defs>\n"
        + images.joined(separator: "\n") + "\n</defs></svg>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>\(SVG.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(kept)\(parts.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  private static let style = """
    :root{color-scheme:light dark;--paper:#fff;--text:\(ChartColors.text);--faint:\(ChartColors.faint);\
    --line:\(ChartColors.grid);--soft:#f5f7f9}
    body{margin:0 auto;max-width:1400px;padding:24px 20px 60px;background:var(--paper);\
    color:var(--text);font:15px/1.5 system-ui,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif}
    h1{font-size:26px;margin:0 0 4px;overflow-wrap:anywhere}
    h2{font-size:19px;margin:40px 0 10px;padding-top:14px;border-top:1px solid var(--line)}
    h3{font-size:15px;margin:22px 0 6px;overflow-wrap:anywhere}
    p{margin:6px 0;overflow-wrap:anywhere}.faint,figcaption{color:var(--faint)}
    dl{display:flex;flex-wrap:wrap;gap:12px;margin:18px 0}
    dl div{background:var(--soft);border-radius:8px;padding:10px 16px;min-width:96px}
    dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
    dt{color:var(--faint);font-size:13px}
    .row{display:flex;flex-wrap:wrap;gap:18px 22px;align-items:flex-start}
    figure{margin:6px 0;max-width:100%}figcaption{font-size:12px;max-width:460px;\
    overflow-wrap:anywhere}
    svg{max-width:100%;height:auto;display:block}svg.kept{position:absolute}
    .wide{overflow-x:auto}table{border-collapse:collapse;font-size:14px;\
    font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}
    th{font-weight:600;color:var(--faint)}.number{text-align:right}
    .tag{display:inline-block;border-radius:4px;padding:0 8px;font-weight:600;font-size:13px;\
    color:#fff;background:#1b7a37}.tag.warning{background:#8a5a00}.tag.bad{background:#b3202f}
    @media(prefers-color-scheme:dark){:root{--paper:#14191f;--text:#e6eaee;--faint:#9fb0c0;\
    --line:#2c3640;--soft:#1d242c}
    \(ChartColors.darkStyle)}
    """
}
