// Debian's libxml2, without the headers of ICU: Foundation has its own, with the same names.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
