extension Case {
  /// The types that have a form of their own.
  static let wellKnown = table(
    #"""
    OptionalWrapperTypesWithDefaultValue: {"boolWrapper":false,"int32Wrapper":0,"int64Wrapper":"0","uint32Wrapper":0,"uint64Wrapper":"0","floatWrapper":0,"doubleWrapper":0,"stringWrapper":"","bytesWrapper":""}
    OptionalWrapperTypesWithNonDefaultValue: {"boolWrapper":true,"int32Wrapper":1,"int64Wrapper":"1","uint32Wrapper":1,"uint64Wrapper":"1","floatWrapper":1,"doubleWrapper":1,"stringWrapper":"1","bytesWrapper":"AQI="}
    RepeatedInt32Wrapper: {"int32WrapperList":[0,1]}
    WrapperTypesWithNullValue: {"boolWrapper":null,"int32Wrapper":null,"stringWrapper":null,"int32WrapperList":null} => {}
    DurationMinValue: {"duration":"-315576000000.999999999s"}
    DurationMaxValue: {"duration":"315576000000.999999999s"}
    DurationRepeatedValue: {"durationList":["1.5s","-1.5s"]} => {"durationList":["1.500s","-1.500s"]}
    DurationNull: {"duration":null} => {}
    DurationZero: {"duration":"0s"}
    DurationHasZeroFractionalDigit: {"duration":"1.000000000s"} => {"duration":"1s"}
    DurationHas3FractionalDigits: {"duration":"1.010000000s"} => {"duration":"1.010s"}
    DurationHas6FractionalDigits: {"duration":"1.000010000s"} => {"duration":"1.000010s"}
    DurationHas9FractionalDigits: {"duration":"1.000000010s"}
    DurationNegativeFraction: {"duration":"-0.5s"} => {"duration":"-0.500s"}
    TimestampMinValue: {"timestamp":"0001-01-01T00:00:00Z"}
    TimestampMaxValue: {"timestamp":"9999-12-31T23:59:59.999999999Z"}
    TimestampRepeatedValue: {"timestampList":["0001-01-01T00:00:00Z","9999-12-31T23:59:59.999999999Z"]}
    TimestampWithPositiveOffset: {"timestamp":"1970-01-01T08:00:01+08:00"} => {"timestamp":"1970-01-01T00:00:01Z"}
    TimestampWithNegativeOffset: {"timestamp":"1969-12-31T16:00:01-08:00"} => {"timestamp":"1970-01-01T00:00:01Z"}
    TimestampWithOffsetOfMinutes: {"timestamp":"1970-01-01T05:45:00+05:45"} => {"timestamp":"1970-01-01T00:00:00Z"}
    TimestampLeapDay: {"timestamp":"2000-02-29T12:34:56Z"}
    TimestampEndOfYear: {"timestamp":"1999-12-31T23:59:59.999Z"}
    TimestampBeforeEpoch: {"timestamp":"1969-12-31T23:59:59.500Z"}
    TimestampNull: {"timestamp":null} => {}
    TimestampZeroNormalized: {"timestamp":"1969-12-31T16:00:00-08:00"} => {"timestamp":"1970-01-01T00:00:00Z"}
    TimestampHasZeroFractionalDigit: {"timestamp":"1970-01-01T00:00:00.000000000Z"} => {"timestamp":"1970-01-01T00:00:00Z"}
    TimestampHas3FractionalDigits: {"timestamp":"1970-01-01T00:00:00.010000000Z"} => {"timestamp":"1970-01-01T00:00:00.010Z"}
    TimestampHas6FractionalDigits: {"timestamp":"1970-01-01T00:00:00.000010000Z"} => {"timestamp":"1970-01-01T00:00:00.000010Z"}
    TimestampHas9FractionalDigits: {"timestamp":"1970-01-01T00:00:00.000000010Z"}
    FieldMask: {"fieldMask":"foo,barBaz"}
    FieldMaskWithDots: {"fieldMask":"foo.barBaz,a1"}
    EmptyFieldMask: {"fieldMask":""}
    EmptyMessage: {"empty":{}}
    Struct: {"structure":{"nullValue":null,"intValue":1234,"boolValue":true,"doubleValue":1234.5678,"stringValue":"Hello world!","listValue":[1234,"5678"],"objectValue":{"value":0}}} => {"structure":{"boolValue":true,"doubleValue":1234.5678,"intValue":1234,"listValue":[1234,"5678"],"nullValue":null,"objectValue":{"value":0},"stringValue":"Hello world!"}}
    StructEmpty: {"structure":{}}
    StructWithEmptyListValue: {"structure":{"listValue":[]}}
    ValueAcceptInteger: {"value":1}
    ValueAcceptFloat: {"value":1.5}
    ValueAcceptBool: {"value":false}
    ValueAcceptNull: {"value":null}
    ValueAcceptString: {"value":"hello"}
    ValueAcceptEmptyString: {"value":""}
    ValueAcceptList: {"value":[0,"hello",null,[]]}
    ValueAcceptObject: {"value":{"value":1}}
    RepeatedValue: {"valueList":[["a"],null,1]}
    MapOfValue: {"valueMap":{"a":null,"b":[null]}}
    RepeatedListValue: {"listValueList":[["a"]]}
    ListValue: {"listValue":[]}
    Any: {"any":{"@type":"type.googleapis.com/diyml.jsontest.Kinds","int32Value":12345}}
    AnyOfDefault: {"any":{"@type":"type.googleapis.com/diyml.jsontest.Kinds"}}
    AnyWithNoType: {"any":{}}
    AnyNull: {"any":null} => {}
    AnyNested: {"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/diyml.jsontest.Kinds","int32Value":12345}}}
    AnyUnorderedTypeTag: {"any":{"int32Value":12345,"@type":"type.googleapis.com/diyml.jsontest.Kinds"}} => {"any":{"@type":"type.googleapis.com/diyml.jsontest.Kinds","int32Value":12345}}
    AnyOtherHost: {"any":{"@type":"example.com/a/b/diyml.jsontest.Kinds.Inner","a":1}}
    AnyWithEmpty: {"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}
    AnyWithInt32ValueWrapper: {"any":{"@type":"type.googleapis.com/google.protobuf.Int32Value","value":12345}}
    AnyWithDuration: {"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}}
    AnyWithTimestamp: {"any":{"@type":"type.googleapis.com/google.protobuf.Timestamp","value":"1970-01-01T00:00:00Z"}}
    AnyWithFieldMask: {"any":{"@type":"type.googleapis.com/google.protobuf.FieldMask","value":"foo,barBaz"}}
    AnyWithStruct: {"any":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"foo":1}}}
    AnyWithValueForJsonObject: {"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":{"foo":1}}}
    AnyWithValueForInteger: {"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":1}}
    AnyWithValueForNull: {"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":null}}
    AnyList: {"anyList":[{},{"@type":"type.googleapis.com/google.protobuf.BoolValue","value":true}]}
    """#)
}
