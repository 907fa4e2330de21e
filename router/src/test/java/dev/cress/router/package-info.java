/// What the router promises. Fakes are real servers on loopback: [FakeNode], [FakeControlPlane];
/// [House] puts a router between them.
@NullMarked
package dev.cress.router;

import org.jspecify.annotations.NullMarked;
