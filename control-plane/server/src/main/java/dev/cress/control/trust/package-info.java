/// Who belongs to the fleet and how that is shown: the fleet's own authority, the certificates of
/// its members, TLS. Begin with [Authority] and [Roll].
@NullMarked
package dev.cress.control.trust;

import org.jspecify.annotations.NullMarked;
