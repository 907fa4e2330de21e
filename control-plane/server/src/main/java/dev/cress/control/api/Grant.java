package dev.cress.control.api;

import dev.cress.contract.Member;
import dev.cress.control.store.Scope;

/// Whom a request comes from.
///
/// @param tokenId of the token that it carried
/// @param name the token's name
record Grant(String tokenId, String name, Scope scope) {
    /// For a member that has shown its certificate.
    static Grant of(String credential, Member member) {
        return new Grant(credential, member.name(), Scope.JOIN);
    }

    /// Whose turn it is where callers take turns. Nothing says yet that two tokens are one
    /// tenant's, so each token stands for one.
    String tenant() {
        return tokenId;
    }
}
