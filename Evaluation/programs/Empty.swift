// As in demo-programs: what `make release` builds.
