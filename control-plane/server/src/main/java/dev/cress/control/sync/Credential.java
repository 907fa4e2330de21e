package dev.cress.control.sync;

import dev.cress.contract.Member;

import java.util.Optional;

/// What opened a session.
///
/// @param id of the token or certificate
/// @param member whom the certificate names, nobody for a token
public record Credential(String id, Optional<Member> member) {}
