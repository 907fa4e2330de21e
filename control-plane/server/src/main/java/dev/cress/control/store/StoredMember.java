package dev.cress.control.store;

import dev.cress.contract.Member;

/// Somebody who has joined with a certificate.
///
/// @param serial of the newest certificate, in hex
/// @param previous of the one that asked for it, empty if there is none: it stays good, since the
///     answer with the newest may have got lost
/// @param endsAtMs when the newest runs out, ms since the epoch
public record StoredMember(
        Member member, String serial, String previous, long joinedAtMs, long endsAtMs) {
    /// Whether this is one of the certificates that it may show.
    public boolean has(String shown) {
        return shown.equals(serial) || (!previous.isEmpty() && shown.equals(previous));
    }
}
