package dev.cress.control.api;

import dev.cress.contract.Member;
import dev.cress.control.store.Scope;

import java.util.Set;

/// Whom a request comes from.
///
/// @param tokenId of the token that it carried
/// @param name the token's name
/// @param tenant whose token it is, empty for one of the fleet
record Grant(String tokenId, String name, Scope scope, String tenant) {
    /// For a member that has shown its certificate.
    static Grant of(String credential, Member member) {
        return new Grant(credential, member.name(), Scope.JOIN, "");
    }

    /// Whether the token is no tenant's.
    boolean isFleets() {
        return tenant.isEmpty();
    }

    /// Whether one of these scopes is the caller's, or he is an operator.
    boolean has(Set<Scope> allowed) {
        return scope == Scope.OPERATOR || allowed.contains(scope);
    }
}
