package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.Objects;

/// What the control plane says to a relay itself, beside what is for nodes ([Envelope]). The first
/// is [Welcome].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RelayOrder.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = RelayOrder.End.class, name = "end")
})
public sealed interface RelayOrder {
    /// The relay's session stands: nodes may come.
    record Welcome() implements RelayOrder {}

    /// The node's session is to end, with this WebSocket close code.
    record End(int session, int code, String reason) implements RelayOrder {
        public End {
            reason = Objects.requireNonNullElse(reason, "");
        }
    }
}
