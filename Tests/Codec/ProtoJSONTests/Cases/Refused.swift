extension Case {
  /// What is not JSON, or not JSON of this message.
  static let refused = table(
    #"""
    RejectTopLevelNull: null
    RejectTopLevelArray: []
    RejectTopLevelNumber: 1
    RejectTopLevelString: "a"
    OnlySpace:  
    FieldNameNotQuoted: {fieldname1: 1}
    FieldNameDuplicate: {"inner": {"a": 1}, "inner": {}}
    FieldNameDuplicateDifferentCasing1: {"field_name2": 1, "fieldName2": 1}
    FieldNameDuplicateDifferentCasing2: {"fieldName2": 1, "field_name2": 1}
    FieldNameDuplicateNull: {"int32Value": null, "int32Value": 1}
    FieldNameUnknown: {"unknown": 1}
    FieldNameUnknownNull: {"unknown": null}
    FieldNameUnknownInside: {"inner": {"b": 1}}
    FieldNameWrongCase: {"INT32VALUE": 1}
    FieldNameExtension: {"[diyml.jsontest.extension]": 1}
    TrailingCommaInAnObject: {"int32Value":1,}
    TrailingCommaInAnObjectWithSpace: {"int32Value":1 ,}
    TrailingCommaInAnObjectWithSpaceCommaSpace: {"int32Value":1 , }
    LeadingComma: {,"int32Value":1}
    DoubleComma: {"int32Value":1,,"int64Value":1}
    MissingCommaOneline: { "int32Value": 1 "int64Value": 2 }
    MissingColon: {"int32Value" 1}
    MissingValue: {"int32Value":}
    MissingName: {:1}
    MissingEnd: {"int32Value":1
    WrongEnd: {"int32List":[1}}
    LineComment: {"int32Value":1} // comment
    BlockComment: {"int32Value":/* one */ 1}
    TrailingText: {"int32Value":1} x
    TrailingObject: {}{}
    TrailingBrace: {}}
    ByteOrderMark: ﻿{}
    Int32FieldTooLarge: {"int32Value": 2147483648}
    Int32FieldTooSmall: {"int32Value": -2147483649}
    Uint32FieldTooLarge: {"uint32Value": 4294967296}
    Uint32FieldNegative: {"uint32Value": -1}
    Int64FieldTooLarge: {"int64Value": "9223372036854775808"}
    Int64FieldTooSmall: {"int64Value": "-9223372036854775809"}
    Uint64FieldTooLarge: {"uint64Value": "18446744073709551616"}
    Uint64FieldFarTooLarge: {"uint64Value": 1e99999999999999999999}
    Sint32FieldTooLarge: {"sint32Value": 2147483648}
    Fixed32FieldTooLarge: {"fixed32Value": 4294967296}
    Sfixed32FieldTooSmall: {"sfixed32Value": -2147483649}
    Sfixed64FieldTooLarge: {"sfixed64Value": 9223372036854775808}
    Int32FieldNotInteger: {"int32Value": 0.5}
    Uint32FieldNotInteger: {"uint32Value": 0.5}
    Int64FieldNotInteger: {"int64Value": "0.5"}
    Uint64FieldNotInteger: {"uint64Value": "0.5"}
    Int32FieldExponentNotInteger: {"int32Value": 15e-1}
    Int32FieldTinyExponent: {"int32Value": 1e-99999999999999999999}
    Int32FieldNotNumber: {"int32Value": "3x3"}
    Uint32FieldNotNumber: {"uint32Value": "3x3"}
    Int64FieldNotNumber: {"int64Value": "3x3"}
    Uint64FieldNotNumber: {"uint64Value": "3x3"}
    Int32FieldBool: {"int32Value": true}
    Int32FieldObject: {"int32Value": {}}
    Int32FieldArray: {"int32Value": [1]}
    Int32FieldEmptyString: {"int32Value": ""}
    Int32FieldPlusSign: {"int32Value": +1}
    Int32FieldPlusSignQuoted: {"int32Value": "+1"}
    Int32FieldLeadingZero: {"int32Value": 01}
    Int32FieldLeadingZeroQuoted: {"int32Value": "01"}
    Int32FieldNegativeWithLeadingZero: {"int32Value": -01}
    Int32FieldLeadingSpace: {"int32Value": " 1"}
    Int32FieldTrailingSpace: {"int32Value": "1 "}
    Int32FieldHexadecimal: {"int32Value": 0x10}
    Int32FieldTrailingPoint: {"int32Value": 1.}
    Int32FieldLeadingPoint: {"int32Value": .5}
    Int32FieldEmptyExponent: {"int32Value": 1e}
    Int32FieldSignOnly: {"int32Value": -}
    Int32FieldInfinity: {"int32Value": "Infinity"}
    BoolFieldIntegerZero: {"boolValue":0}
    BoolFieldIntegerOne: {"boolValue":1}
    BoolFieldCamelCaseTrue: {"boolValue":True}
    BoolFieldCamelCaseFalse: {"boolValue":False}
    BoolFieldAllCapitalTrue: {"boolValue":TRUE}
    BoolFieldAllCapitalFalse: {"boolValue":FALSE}
    BoolFieldDoubleQuotedTrue: {"boolValue":"true"}
    BoolFieldDoubleQuotedFalse: {"boolValue":"false"}
    BoolFieldCutOff: {"boolValue":tru}
    BoolFieldLonger: {"boolValue":truee}
    FloatFieldNanNotQuoted: {"floatValue": NaN}
    FloatFieldInfinityNotQuoted: {"floatValue": Infinity}
    FloatFieldNegativeInfinityNotQuoted: {"floatValue": -Infinity}
    FloatFieldPlusInfinity: {"floatValue": "+Infinity"}
    FloatFieldLowercaseNan: {"floatValue": "nan"}
    FloatFieldInf: {"floatValue": "inf"}
    FloatFieldTooSmall: {"floatValue": -3.502823e+38}
    FloatFieldTooLarge: {"floatValue": 3.502823e+38}
    FloatFieldTooLargeQuoted: {"floatValue": "3.502823e+38"}
    FloatFieldEmptyString: {"floatValue": ""}
    FloatFieldBool: {"floatValue": true}
    DoubleFieldNanNotQuoted: {"doubleValue": NaN}
    DoubleFieldInfinityNotQuoted: {"doubleValue": Infinity}
    DoubleFieldNegativeInfinityNotQuoted: {"doubleValue": -Infinity}
    DoubleFieldTooSmall: {"doubleValue": -1.89769e+308}
    DoubleFieldTooLarge: {"doubleValue": 1.89769e+308}
    DoubleFieldPlusSign: {"doubleValue": +1.5}
    DoubleFieldHexadecimalQuoted: {"doubleValue": "0x1p3"}
    EnumFieldNotQuoted: {"color": FOO}
    EnumFieldUnknownName: {"color": "PURPLE"}
    EnumFieldWrongCase: {"color": "foo"}
    EnumFieldNotInteger: {"color": 1.5}
    EnumFieldTooLarge: {"color": 2147483648}
    EnumFieldBool: {"color": true}
    StringFieldUppercaseEscapeLetter: {"stringValue": "\U8C37\U6b4C"}
    StringFieldInvalidEscape: {"stringValue": "\uXXXX\u6B4C"}
    StringFieldUnknownEscape: {"stringValue": "\a"}
    StringFieldUnterminatedEscape: {"stringValue": "\u8C3"}
    StringFieldUnterminatedEscapeAtTheEnd: {"stringValue": "abc\
    StringEndsWithEscapeChar: {"stringValue": "abc\"}
    StringFieldUnterminated: {"stringValue": "abc
    StringFieldUnpairedHighSurrogate: {"stringValue": "\uD800"}
    StringFieldUnpairedHighSurrogateBeforeText: {"stringValue": "\uD800abcdef"}
    StringFieldUnpairedLowSurrogate: {"stringValue": "\uDC00"}
    StringFieldSurrogateInWrongOrder: {"stringValue": "\uDE01\uD83D"}
    StringFieldTwoHighSurrogates: {"stringValue": "\uD83D\uD83D"}
    StringFieldSurrogateInName: {"\uD800": 1}
    StringFieldNotAString: {"stringValue": 12345}
    StringFieldBool: {"stringValue": true}
    StringFieldSingleQuoteKey: {'stringValue': "Hello world!"}
    StringFieldSingleQuoteValue: {"stringValue": 'Hello world!'}
    StringFieldSingleQuoteBoth: {'stringValue': 'Hello world!'}
    BytesFieldNoBase64: {"bytesValue": "a b="}
    BytesFieldOneCharacter: {"bytesValue": "A"}
    BytesFieldTooMuchPadding: {"bytesValue": "AQI=="}
    BytesFieldPaddingOnly: {"bytesValue": "===="}
    BytesFieldPaddingInside: {"bytesValue": "AQ=I"}
    BytesFieldNumber: {"bytesValue": 1}
    MessageFieldArray: {"inner": []}
    MessageFieldNumber: {"inner": 1}
    MessageFieldString: {"inner": "a"}
    OneofFieldDuplicate: {"choiceUint32": 1, "choiceString": "test"}
    OneofFieldNullValueDuplicate: {"choiceNull": null, "choiceString": "test"}
    RepeatedFieldNotAnArray: {"int32List": 1}
    RepeatedFieldObject: {"int32List": {}}
    RepeatedFieldWrongElementTypeExpectingIntegersGotBool: {"int32List": [1, false, 3, 4]}
    RepeatedFieldWrongElementTypeExpectingIntegersGotString: {"int32List": [1, 2, "name", 4]}
    RepeatedFieldWrongElementTypeExpectingIntegersGotMessage: {"int32List": [1, 2, 3, {"a": 4}]}
    RepeatedFieldWrongElementTypeExpectingIntegersGotArray: {"int32List": [[1]]}
    RepeatedFieldWrongElementTypeExpectingStringsGotInt: {"stringList": ["1", 2, "3", "4"]}
    RepeatedFieldWrongElementTypeExpectingStringsGotBool: {"stringList": ["1", "2", false, "4"]}
    RepeatedFieldWrongElementTypeExpectingStringsGotMessage: {"stringList": ["1", "2", {"a": 4}]}
    RepeatedFieldWrongElementTypeExpectingMessagesGotInt: {"innerList": [{"a": 1}, 2]}
    RepeatedFieldWrongElementTypeExpectingMessagesGotBool: {"innerList": [{"a": 1}, false]}
    RepeatedFieldWrongElementTypeExpectingMessagesGotString: {"innerList": [{"a": 1}, "2"]}
    RepeatedFieldTrailingComma: {"int32List": [1, 2, 3, 4,]}
    RepeatedFieldTrailingCommaWithSpace: {"int32List": [1, 2, 3, 4 ,]}
    RepeatedFieldTrailingCommaWithSpaceCommaSpace: {"int32List": [1, 2, 3, 4 , ]}
    RepeatedFieldMissingComma: {"int32List": [1 2]}
    RepeatedFieldPrimitiveElementIsNull: {"int32List": [1, null, 2]}
    RepeatedFieldMessageElementIsNull: {"innerList": [{"a":1}, null, {"a":2}]}
    RepeatedFieldEnumElementIsNull: {"colorList": [null]}
    RepeatedFieldEnumUnknownName: {"colorList": ["FOO", "PURPLE"]}
    Int32MapFieldKeyNotQuoted: {"int32Map": {1: 2, 3: 4}}
    Uint32MapFieldKeyNotQuoted: {"uint32Map": {1: 2, 3: 4}}
    Int64MapFieldKeyNotQuoted: {"int64Map": {1: 2, 3: 4}}
    Uint64MapFieldKeyNotQuoted: {"uint64Map": {1: 2, 3: 4}}
    BoolMapFieldKeyNotQuoted: {"boolMap": {true: true, false: false}}
    BoolMapFieldKeyNumber: {"boolMap": {"1": true}}
    Int32MapFieldKeyText: {"int32Map": {"a": 1}}
    Int32MapFieldKeyTooLarge: {"int32Map": {"2147483648": 1}}
    Int32MapFieldKeyDuplicate: {"int32Map": {"1": 1, "1": 2}}
    Int32MapFieldKeyDuplicateInAnotherForm: {"int32Map": {"10": 1, "1e1": 2}}
    StringMapFieldKeyDuplicate: {"stringMap": {"a": "1", "\u0061": "2"}}
    MapFieldKeyIsNull: {"int32Map": {null: 1}}
    MapFieldValueIsNull: {"int32Map": {"0": null}}
    MapFieldMessageValueIsNull: {"innerMap": {"0": null}}
    MapFieldArray: {"int32Map": []}
    MapFieldEnumUnknownName: {"colorMap": {"a": "PURPLE"}}
    WrapperObject: {"int32Wrapper": {"value": 1}}
    WrapperWrongType: {"boolWrapper": 1}
    WrapperListNull: {"int32WrapperList": [null]}
    DurationMissingS: {"duration": "1"}
    DurationJsonInputTooSmall: {"duration": "-315576000001.000000000s"}
    DurationJsonInputTooLarge: {"duration": "315576000001.000000000s"}
    DurationNumber: {"duration": 1}
    DurationEmpty: {"duration": ""}
    DurationOnlyS: {"duration": "s"}
    DurationTenDigits: {"duration": "1.0000000000s"}
    DurationPlusSign: {"duration": "+1s"}
    DurationPointWithoutDigits: {"duration": "1.s"}
    DurationSignInFraction: {"duration": "1.-5s"}
    DurationSpace: {"duration": " 1s"}
    DurationTwentyDigits: {"duration": "10000000000000000000s"}
    TimestampJsonInputTooSmall: {"timestamp": "0000-01-01T00:00:00Z"}
    TimestampJsonInputTooLarge: {"timestamp": "10000-01-01T00:00:00Z"}
    TimestampTooSmallByOffset: {"timestamp": "0001-01-01T00:00:00+00:01"}
    TimestampTooLargeByOffset: {"timestamp": "9999-12-31T23:59:59-00:01"}
    TimestampJsonInputMissingZ: {"timestamp": "0001-01-01T00:00:00"}
    TimestampJsonInputMissingT: {"timestamp": "0001-01-01 00:00:00Z"}
    TimestampJsonInputLowercaseZ: {"timestamp": "0001-01-01T00:00:00z"}
    TimestampJsonInputLowercaseT: {"timestamp": "0001-01-01t00:00:00Z"}
    TimestampWithMissingColonInOffset: {"timestamp": "1970-01-01T08:00:01+0800"}
    TimestampOffsetTooLarge: {"timestamp": "1970-01-01T08:00:01+24:00"}
    TimestampNoLeapDay: {"timestamp": "1900-02-29T00:00:00Z"}
    TimestampMonthTooLarge: {"timestamp": "1970-13-01T00:00:00Z"}
    TimestampDayZero: {"timestamp": "1970-01-00T00:00:00Z"}
    TimestampDayTooLarge: {"timestamp": "1970-04-31T00:00:00Z"}
    TimestampHourTooLarge: {"timestamp": "1970-01-01T24:00:00Z"}
    TimestampMinuteTooLarge: {"timestamp": "1970-01-01T00:60:00Z"}
    TimestampSecondTooLarge: {"timestamp": "1970-01-01T00:00:60Z"}
    TimestampTenDigits: {"timestamp": "1970-01-01T00:00:00.0000000000Z"}
    TimestampTrailingText: {"timestamp": "1970-01-01T00:00:00Zz"}
    TimestampShort: {"timestamp": "1970-1-1T00:00:00Z"}
    TimestampNumber: {"timestamp": 0}
    FieldMaskInvalidCharacter: {"fieldMask": "foo,bar_bar"}
    FieldMaskEmptyPath: {"fieldMask": "foo,,bar"}
    FieldMaskArray: {"fieldMask": ["foo"]}
    StructArray: {"structure": []}
    StructDuplicateKey: {"structure": {"a": 1, "a": 2}}
    ValueNumberTooLarge: {"value": 1e999}
    ListValueObject: {"listValue": {}}
    ListValueListNull: {"listValueList": [null]}
    EmptyWithField: {"empty": {"a": 1}}
    AnyWithoutType: {"any": {"int32Value": 1}}
    AnyWktRepresentationWithEmptyTypeAndValue: {"any": {"@type": "", "value": ""}}
    AnyWktRepresentationWithBadTypeURL: {"any": {"@type": "not_a_url", "value": ""}}
    AnyWktRepresentationWithBadType: {"any": {"@type": "type.googleapis.com/not_a_type", "value": ""}}
    AnyTypeWithoutName: {"any": {"@type": "type.googleapis.com/"}}
    AnyTypeTwice: {"any": {"@type": "a/google.protobuf.Any", "@type": "a/google.protobuf.Any", "value": {}}}
    AnyTypeNumber: {"any": {"@type": 1}}
    AnyWithoutValue: {"any": {"@type": "type.googleapis.com/google.protobuf.Duration"}}
    AnyWithMoreThanValue: {"any": {"@type": "type.googleapis.com/google.protobuf.BoolValue", "value": true, "a": 1}}
    AnyWithWrongValue: {"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": 1}}
    AnyWithUnknownField: {"any": {"@type": "type.googleapis.com/diyml.jsontest.Kinds", "unknown": 1}}
    AnyNumber: {"any": 1}
    """#)

  /// What the schema does not know may be passed over; the rest must come through.
  static let ignored = table(
    #"""
    IgnoreUnknownJsonNumber: {"unknown": 1} => {}
    IgnoreUnknownJsonString: {"unknown": "a"} => {}
    IgnoreUnknownJsonTrue: {"unknown": true} => {}
    IgnoreUnknownJsonFalse: {"unknown": false} => {}
    IgnoreUnknownJsonNull: {"unknown": null} => {}
    IgnoreUnknownJsonObject: {"unknown": {"a": [1, {}]}} => {}
    IgnoreUnknownJsonArray: {"unknown": [[], {"b": 2}], "int32Value": 1} => {"int32Value":1}
    IgnoreUnknownTwice: {"unknown": 1, "unknown": 2} => {}
    IgnoreUnknownInside: {"inner": {"b": 1, "a": 2}} => {"inner":{"a":2}}
    IgnoreUnknownEnumStringValueInOptionalField: {"color": "PURPLE"} => {}
    IgnoreUnknownEnumStringValueInFieldWithPresence: {"explicitColor": "PURPLE"} => {}
    IgnoreUnknownEnumStringValueInOneof: {"choiceColor": "PURPLE"} => {}
    IgnoreUnknownEnumStringValueInRepeatedField: {"colorList": ["PURPLE"]} => {}
    IgnoreUnknownEnumStringValueInRepeatedPart: {"colorList": ["FOO", "PURPLE", "FOO"]} => {"colorList":["FOO","FOO"]}
    IgnoreUnknownEnumStringValueInMapValue: {"colorMap": {"a": "PURPLE"}} => {}
    IgnoreUnknownEnumStringValueInMapPart: {"colorMap": {"a": "BAR", "b": "PURPLE"}} => {"colorMap":{"a":"BAR"}}
    IgnoreUnknownInAny: {"any": {"@type": "a/diyml.jsontest.Kinds.Inner", "a": 1, "b": 2}} => {"any":{"@type":"a/diyml.jsontest.Kinds.Inner","a":1}}
    IgnoreUnknownInAnyOfWellKnown: {"any": {"@type": "a/google.protobuf.BoolValue", "value": true, "a": 1}} => {"any":{"@type":"a/google.protobuf.BoolValue","value":true}}
    """#)
}
