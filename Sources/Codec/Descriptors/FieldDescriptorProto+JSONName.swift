extension FieldDescriptorProto {
  /// The name in JSON of a field that is given none: `page_token` becomes `pageToken`.
  package var defaultJSONName: String {
    var result = ""
    var capitalizes = false
    for character in name.unicodeScalars {
      if character == "_" {
        capitalizes = true
      } else {
        result += capitalizes ? String(character).uppercased() : String(character)
        capitalizes = false
      }
    }
    return result
  }
}
