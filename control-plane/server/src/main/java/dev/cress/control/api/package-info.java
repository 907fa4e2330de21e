/// The REST interface under `/v1`, and the upgrades to WebSockets: who may do what, bodies in and
/// out, refusals as problem+json. The records that travel are those of `dev.cress.contract.Api`.
///
/// Start with [ApiServer] (the list of endpoints), [Call] (one request), [Access] (tokens); what
/// registry tools speak, under `/v2`, begins at [RegistryEndpoints].
/// [OpenApiDocument] is what callers read: whatever changes here changes there.
@NullMarked
package dev.cress.control.api;

import org.jspecify.annotations.NullMarked;
