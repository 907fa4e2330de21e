package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.Objects;

/// What a relay says to the control plane for itself, beside what it passes on of its nodes
/// ([RelayLine]). The first frame is [Hello].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RelayFrame.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = RelayFrame.Opened.class, name = "opened"),
    @JsonSubTypes.Type(value = RelayFrame.Closed.class, name = "closed"),
    @JsonSubTypes.Type(value = RelayFrame.Slow.class, name = "slow"),
    @JsonSubTypes.Type(value = RelayFrame.Drained.class, name = "drained")
})
public sealed interface RelayFrame {
    /// The version of this protocol. A control plane refuses another with WebSocket close code
    /// 4406.
    int PROTO = 1;

    /// Who the relay is.
    ///
    /// @param name unique among relays, a DNS label
    /// @param build the Cress version that it runs
    record Hello(int proto, String name, String build) implements RelayFrame {
        public Hello {
            name = new Member(Role.RELAY, "anywhere", Objects.requireNonNullElse(name, "")).name();
            build = Objects.requireNonNullElse(build, "");
        }
    }

    /// A node opened a session, and showed one of these. What it says comes next.
    ///
    /// @param session a number above 0 that this relay has not used since its hello
    /// @param certificate DER in base64, empty if it showed none
    /// @param token a bearer token, empty if it showed none
    record Opened(int session, String certificate, String token) implements RelayFrame {
        public Opened {
            certificate = Objects.requireNonNullElse(certificate, "");
            token = Objects.requireNonNullElse(token, "");
        }

        @Override
        public String toString() {
            return "Opened[session=" + session + "]";
        }
    }

    /// The node's session is over.
    record Closed(int session) implements RelayFrame {}

    /// The node doesn't take what it is sent as fast as it comes.
    record Slow(int session) implements RelayFrame {}

    /// It has taken all of it.
    record Drained(int session) implements RelayFrame {}
}
