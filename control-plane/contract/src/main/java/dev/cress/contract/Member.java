package dev.cress.contract;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who a node, router or relay is: what its certificate says, and nobody else may say of it.
///
/// @param region where it may be, a DNS label
/// @param name unique in the fleet, a DNS label
public record Member(Role role, String region, String name) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern ID =
            Pattern.compile(
                    "spiffe://cress/(node|router|relay)/([a-z0-9-]{1,63})/([a-z0-9-]{1,63})");

    public Member {
        Objects.requireNonNull(role, "role");
        requireLabel("region", region);
        requireLabel("name", name);
    }

    private static void requireLabel(String what, String text) {
        if (!LABEL.matcher(text).matches()) {
            throw new ContractException(
                    "invalid-member", "%s '%s' is not a DNS label".formatted(what, text));
        }
    }

    /// Its id in a certificate's subject alternative names, in SPIFFE's form:
    /// `spiffe://cress/node/fra/fra-1`.
    public URI id() {
        return URI.create("spiffe://cress/%s/%s/%s".formatted(role.text(), region, name));
    }

    /// Whose id this is, if it is one.
    public static Optional<Member> of(String id) {
        var parts = ID.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Member(Role.of(parts.group(1)), parts.group(2), parts.group(3)));
        } catch (ContractException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "%s %s in region %s".formatted(role.text(), name, region);
    }
}
