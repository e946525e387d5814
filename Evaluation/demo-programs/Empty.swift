// Only there because a target needs a file: `swift build --target demo-programs` builds the programs
// it depends on side by side, which `--product` does one after the other.
