import ArgumentParser
import DataSets

extension DataSetFormat: ExpressibleByArgument {}
