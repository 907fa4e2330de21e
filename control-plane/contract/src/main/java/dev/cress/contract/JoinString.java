package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/// All that a new member of a fleet is given, as one word for a command line: `cress-join.…`, the
/// rest base64url of JSON.
///
/// @param control the control plane's URL, `https://…`
/// @param secret lets one in, once
/// @param trust by what the control plane is known
public record JoinString(URI control, String secret, Trust trust) {
    private static final String PREFIX = "cress-join.";

    /// Characters of the whole word.
    private static final int LENGTH_MAX = 16 << 10;

    @JsonCreator
    public JoinString {
        Objects.requireNonNull(control, "control");
        Objects.requireNonNull(secret, "secret");
        Objects.requireNonNull(trust, "trust");
        if (!"https".equals(control.getScheme()) || control.getHost() == null) {
            throw new ContractException(
                    "invalid-join",
                    "a member joins at a URL like https://HOST:PORT, not '%s'".formatted(control));
        }
    }

    /// Whether this is one, and not a bearer token.
    public static boolean isOne(String text) {
        return text.startsWith(PREFIX);
    }

    /// What the word says.
    public static JoinString parse(String text) {
        if (!isOne(text) || text.length() > LENGTH_MAX) {
            throw invalid("it doesn't begin with " + PREFIX);
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
            return Json.read(new String(json, StandardCharsets.UTF_8), JoinString.class);
        } catch (IllegalArgumentException e) {
            throw invalid("was all of it copied?");
        }
    }

    private static ContractException invalid(String why) {
        return new ContractException("invalid-join", "the join string can't be read: " + why);
    }

    /// The word.
    public String text() {
        byte[] json = Json.write(this).getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(json);
    }

    @Override
    public String toString() {
        return "JoinString[control=" + control + "]";
    }
}
