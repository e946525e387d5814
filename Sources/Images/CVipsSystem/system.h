/* Nothing: this target only carries the include paths of GLib, which <vips/vips.h> needs, from
 * pkg-config to the shim. pkg-config's "vips" would say the same, and -pthread, of which SwiftPM
 * warns at every build. */
