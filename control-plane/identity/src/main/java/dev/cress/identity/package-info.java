/// How a program of the fleet proves who it is, and by what it knows its control plane. Begin with
/// [FleetIdentity]: a member's key and certificate, and how it gets them.
///
/// [DataKey] seals what only few may read, [Recipient] is to whom such a key is sealed.
///
/// Everything here may be used from any thread; what asks the control plane blocks.
@NullMarked
package dev.cress.identity;

import org.jspecify.annotations.NullMarked;
