extension Case {
  /// What canonical JSON of proto3 takes, and the form in which it comes back.
  static let accepted = table(
    #"""
    Hello: {"int32Value":1}
    Empty: {}
    OneLineWithSpaces: { "int32Value" : 1 , "int64Value" : 2 } => {"int32Value":1,"int64Value":"2"}
    FieldNameInSnakeCase: {"fieldname1":1,"fieldName2":2,"FieldName3":3,"fieldName4":4}
    FieldNameWithNumbers: {"field0name5":5,"field0Name6":6}
    FieldNameWithMixedCases: {"fieldName7":7,"FieldName8":8,"fieldName9":9,"FieldName10":10,"FIELDNAME11":11,"FIELDName12":12}
    FieldNameWithDoubleUnderscores: {"FieldName13":13,"FieldName14":14,"fieldName15":15,"fieldName16":16,"fieldName17":17,"FieldName18":18}
    OriginalProtoFieldName: {"fieldname1":1,"field_name2":2,"_field_name3":3,"field__name4_":4,"field0name5":5,"field_0_name6":6,"fieldName7":7,"FieldName8":8,"field_Name9":9,"Field_Name10":10,"FIELD_NAME11":11,"FIELD_name12":12,"__field_name13":13,"__Field_name14":14,"field__name15":15,"field__Name16":16,"field_name17__":17,"Field_name18__":18} => {"fieldname1":1,"fieldName2":2,"FieldName3":3,"fieldName4":4,"field0name5":5,"field0Name6":6,"fieldName7":7,"FieldName8":8,"fieldName9":9,"FieldName10":10,"FIELDNAME11":11,"FIELDName12":12,"FieldName13":13,"FieldName14":14,"fieldName15":15,"fieldName16":16,"fieldName17":17,"FieldName18":18}
    FieldNameEscaped: {"fieldn\u0061me1":1} => {"fieldname1":1}
    FieldNameOfItsOwn: {"another-name":1}
    FieldNameOfItsOwnOriginal: {"renamed":1} => {"another-name":1}
    SkipsDefaultPrimitive: {"int32Value":0,"stringValue":"","boolValue":false,"color":"FOO","bytesValue":"","doubleValue":0} => {}
    KeepsDefaultWithPresence: {"explicitInt32":0,"explicitString":"","explicitColor":"FOO"}
    Int32FieldMaxValue: {"int32Value":2147483647}
    Int32FieldMinValue: {"int32Value":-2147483648}
    Uint32FieldMaxValue: {"uint32Value":4294967295}
    Sint32FieldMinValue: {"sint32Value":-2147483648}
    Sint64FieldMinValue: {"sint64Value":"-9223372036854775808"}
    Fixed32FieldMaxValue: {"fixed32Value":4294967295}
    Fixed64FieldMaxValue: {"fixed64Value":"18446744073709551615"}
    Sfixed32FieldMinValue: {"sfixed32Value":-2147483648}
    Sfixed64FieldMinValue: {"sfixed64Value":"-9223372036854775808"}
    Int64FieldMaxValue: {"int64Value":"9223372036854775807"}
    Int64FieldMinValue: {"int64Value":"-9223372036854775808"}
    Uint64FieldMaxValue: {"uint64Value":"18446744073709551615"}
    Int64FieldMaxValueNotQuoted: {"int64Value":9223372036854775807} => {"int64Value":"9223372036854775807"}
    Int64FieldMinValueNotQuoted: {"int64Value":-9223372036854775808} => {"int64Value":"-9223372036854775808"}
    Uint64FieldMaxValueNotQuoted: {"uint64Value":18446744073709551615} => {"uint64Value":"18446744073709551615"}
    Int32FieldStringValue: {"int32Value":"2147483647"} => {"int32Value":2147483647}
    Int32FieldStringValueEscaped: {"int32Value":"2\u003147483647"} => {"int32Value":2147483647}
    Int32FieldFloatTrailingZero: {"int32Value":100000.000} => {"int32Value":100000}
    Int32FieldExponentialFormat: {"int32Value":1e5} => {"int32Value":100000}
    Int32FieldCapitalExponent: {"int32Value":1E+5} => {"int32Value":100000}
    Int32FieldNegativeExponent: {"int32Value":1200e-2} => {"int32Value":12}
    Int32FieldQuotedExponentialValue: {"int32Value":"1e5"} => {"int32Value":100000}
    Int32FieldMaxFloatValue: {"int32Value":2.147483647e9} => {"int32Value":2147483647}
    Int32FieldMinFloatValue: {"int32Value":-2.147483648e9} => {"int32Value":-2147483648}
    Uint32FieldMaxFloatValue: {"uint32Value":4.294967295e9} => {"uint32Value":4294967295}
    Uint64FieldMaxFloatValue: {"uint64Value":1.8446744073709551615e19} => {"uint64Value":"18446744073709551615"}
    Int32FieldMinusZero: {"int32Value":-0} => {}
    Int32FieldZeroWithHugeExponent: {"int32Value":0e99999999999999999999} => {}
    Int32FieldManyZeros: {"int32Value":1000000000000000000000000e-24} => {"int32Value":1}
    BoolFieldTrue: {"boolValue":true}
    FloatFieldMinPositiveValue: {"floatValue":1.175494e-38}
    FloatFieldMaxNegativeValue: {"floatValue":-1.175494e-38}
    FloatFieldMaxPositiveValue: {"floatValue":3.402823e+38}
    FloatFieldLargest: {"floatValue":3.4028234663852886e+38}
    FloatFieldLargestInShort: {"floatValue":3.4028235e38} => {"floatValue":3.4028234663852886e+38}
    FloatFieldMinusZero: {"floatValue":-0.0}
    FloatFieldSmallest: {"floatValue":1e-45}
    FloatFieldQuotedValue: {"floatValue":"1"} => {"floatValue":1}
    FloatFieldQuotedExponentialValue: {"floatValue":"1.5e3"} => {"floatValue":1500}
    FloatFieldNan: {"floatValue":"NaN"}
    FloatFieldInfinity: {"floatValue":"Infinity"}
    FloatFieldNegativeInfinity: {"floatValue":"-Infinity"}
    FloatFieldUnderflow: {"floatValue":1e-60} => {}
    DoubleFieldMinPositiveValue: {"doubleValue":2.22507e-308}
    DoubleFieldMaxNegativeValue: {"doubleValue":-2.22507e-308}
    DoubleFieldMaxPositiveValue: {"doubleValue":1.79769e+308}
    DoubleFieldMinNegativeValue: {"doubleValue":-1.79769e+308}
    DoubleFieldDenormal: {"doubleValue":5e-324}
    DoubleFieldMinusZero: {"doubleValue":-0.0}
    DoubleFieldMinusZeroWithoutFraction: {"doubleValue":-0} => {"doubleValue":-0.0}
    DoubleFieldShortest: {"doubleValue":0.1}
    DoubleFieldLongest: {"doubleValue":0.30000000000000004}
    DoubleFieldOfFloat: {"doubleValue":1234.5678}
    DoubleFieldQuotedValue: {"doubleValue":"1"} => {"doubleValue":1}
    DoubleFieldNan: {"doubleValue":"NaN"}
    DoubleFieldInfinity: {"doubleValue":"Infinity"}
    DoubleFieldNegativeInfinity: {"doubleValue":"-Infinity"}
    EnumField: {"color":"BAR"}
    EnumFieldNegative: {"color":"NEG"}
    EnumFieldNumericValueZero: {"color":0} => {}
    EnumFieldNumericValueNonZero: {"color":1} => {"color":"BAR"}
    EnumFieldNumericValueAsFloat: {"color":2.0} => {"color":"BAZ"}
    EnumFieldUnknownValue: {"color":123}
    EnumFieldUnknownNegativeValue: {"color":-123}
    EnumFieldWithAlias: {"aliased":"ALIAS_BAZ"}
    EnumFieldWithAliasUseAlias: {"aliased":"QUX"} => {"aliased":"ALIAS_BAZ"}
    EnumFieldWithAliasLowerCase: {"aliased":"qux"} => {"aliased":"ALIAS_BAZ"}
    EnumFieldWithAliasDifferentCase: {"aliased":"bAz"} => {"aliased":"ALIAS_BAZ"}
    StringField: {"stringValue":"Hello world!"}
    StringFieldUnicode: {"stringValue":"谷歌"}
    StringFieldEscape: {"stringValue":"\"\\\/\b\f\n\r\t"} => {"stringValue":"\"\\/\b\f\n\r\t"}
    StringFieldControlCharacters: {"stringValue":"\u0000\u0001\u001f"}
    StringFieldUnicodeEscape: {"stringValue":"\u8C37\u6B4C"} => {"stringValue":"谷歌"}
    StringFieldUnicodeEscapeWithLowercaseHexLetters: {"stringValue":"\u8c37\u6b4c"} => {"stringValue":"谷歌"}
    StringFieldSurrogatePair: {"stringValue":"\uD83D\uDE01"} => {"stringValue":"😁"}
    StringFieldLastSurrogatePair: {"stringValue":"\uDBFF\uDFFF"} => {"stringValue":"􏿿"}
    BytesField: {"bytesValue":"AQI="}
    BytesFieldWithoutPadding: {"bytesValue":"AQI"} => {"bytesValue":"AQI="}
    BytesFieldBase64Url: {"bytesValue":"-_"} => {"bytesValue":"+w=="}
    BytesFieldBase64UrlWithPadding: {"bytesValue":"-_8="} => {"bytesValue":"+/8="}
    BytesFieldEscaped: {"bytesValue":"AQ\u0049="} => {"bytesValue":"AQI="}
    BytesFieldAllSextets: {"bytesValue":"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"}
    MessageField: {"inner":{"a":1234}}
    MessageFieldEmpty: {"inner":{}}
    MessageFieldRecursive: {"recursive":{"recursive":{"int32Value":1}},"inner":{"corecursive":{"inner":{}}}} => {"inner":{"corecursive":{"inner":{}}},"recursive":{"recursive":{"int32Value":1}}}
    OneofZeroUint32: {"choiceUint32":0}
    OneofZeroMessage: {"choiceInner":{}}
    OneofZeroString: {"choiceString":""}
    OneofZeroBytes: {"choiceBytes":""}
    OneofZeroBool: {"choiceBool":false}
    OneofZeroUint64: {"choiceUint64":"0"}
    OneofZeroFloat: {"choiceFloat":0}
    OneofZeroDouble: {"choiceDouble":0}
    OneofZeroEnum: {"choiceColor":"FOO"}
    OneofFieldNullFirst: {"choiceUint32":null,"choiceString":"test"} => {"choiceString":"test"}
    OneofFieldNullSecond: {"choiceString":"test","choiceUint32":null} => {"choiceString":"test"}
    NullValueInOtherOneofOldFormat: {"choiceNull":"NULL_VALUE"} => {"choiceNull":null}
    NullValueInOtherOneofNewFormat: {"choiceNull":null}
    NullValueInOtherOneofNumber: {"choiceNull":0} => {"choiceNull":null}
    NullValueInNormalMessage: {"nullValue":null} => {}
    PrimitiveRepeatedField: {"int32List":[1,2,3,4]}
    UnpackedRepeatedField: {"unpackedList":[1,0,3]}
    EmptyRepeatedField: {"int32List":[]} => {}
    Int64RepeatedField: {"int64List":["1",2]} => {"int64List":["1","2"]}
    DoubleRepeatedField: {"doubleList":[0,"NaN",1.5]}
    BoolRepeatedField: {"boolList":[true,false]}
    EnumRepeatedField: {"colorList":["FOO","BAR",2,99]} => {"colorList":["FOO","BAR","BAZ",99]}
    StringRepeatedField: {"stringList":["Hello","world",""]}
    BytesRepeatedField: {"bytesList":["AAEC","AQI=",""]}
    MessageRepeatedField: {"innerList":[{"a":1234},{},{"a":5678}]}
    Int32MapField: {"int32Map":{"1":2,"3":4}}
    Int32MapFieldSorted: {"int32Map":{"3":4,"-1":2,"10":0}} => {"int32Map":{"-1":2,"3":4,"10":0}}
    EmptyMapField: {"int32Map":{}} => {}
    Uint32MapField: {"uint32Map":{"1":2,"4294967295":4}}
    Int64MapField: {"int64Map":{"1":"2","-3":4}} => {"int64Map":{"-3":"4","1":"2"}}
    Uint64MapField: {"uint64Map":{"1":"2","18446744073709551615":"4"}}
    Sint32MapField: {"sint32Map":{"-3":4,"1":2}}
    BoolMapField: {"boolMap":{"true":true,"false":false}} => {"boolMap":{"false":false,"true":true}}
    StringMapField: {"stringMap":{"b":"","":"a"}} => {"stringMap":{"":"a","b":""}}
    BytesMapField: {"bytesMap":{"a":"AQI="}}
    EnumMapField: {"colorMap":{"a":"BAR","b":99}}
    MessageMapField: {"innerMap":{"hello":{"a":1234},"world":{}}}
    Int32MapEscapedKey: {"int32Map":{"\u0031":2}} => {"int32Map":{"1":2}}
    Int64MapEscapedKey: {"int64Map":{"\u0031":2}} => {"int64Map":{"1":"2"}}
    BoolMapEscapedKey: {"boolMap":{"tr\u0075e":true}} => {"boolMap":{"true":true}}
    AllFieldAcceptNull: {"int32Value":null,"int64Value":null,"uint32Value":null,"uint64Value":null,"sint32Value":null,"sint64Value":null,"fixed32Value":null,"fixed64Value":null,"sfixed32Value":null,"sfixed64Value":null,"floatValue":null,"doubleValue":null,"boolValue":null,"stringValue":null,"bytesValue":null,"color":null,"inner":null,"int32List":null,"stringList":null,"innerList":null,"int32Map":null,"boolMap":null,"innerMap":null,"explicitInt32":null,"valueList":null,"valueMap":null} => {}
    """#)
}
