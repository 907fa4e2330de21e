package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.cli.Wire.Answer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A request to `hello` under some name whose guest runs until [#release]: it waits for the rest of
/// a body, of which more than a node gathers has come.
final class HeldRequest {
    private static final int GATHERED_BYTES_MAX = 256 * 1024;
    private static final int BODY_BYTES = GATHERED_BYTES_MAX + 64 * 1024;
    private static final int SENT_FIRST_BYTES = BODY_BYTES - 1_000;

    private final Wire wire;

    HeldRequest(Wire wire, String function, String from) throws IOException {
        this.wire = wire;
        List<String> headers = new ArrayList<>(List.of(Load.headers(function, from, "held")));
        headers.add("Content-Length: " + BODY_BYTES);
        wire.sendHead("POST", "/", headers.toArray(String[]::new));
        wire.write(new byte[SENT_FIRST_BYTES]);
    }

    /// Sends the rest; the whole answer.
    Answer release() throws IOException {
        wire.write(new byte[BODY_BYTES - SENT_FIRST_BYTES]);
        Answer answer = wire.read();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text())
                .endsWith("Your request body has %d bytes.\n".formatted(BODY_BYTES));
        return answer;
    }
}
