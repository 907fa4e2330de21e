package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.Test;

class HelloTest {
    @Test
    void answersWithWhatTheRequestSays() {
        try (var host = new WasmHost(64 * MIB)) {
            var exchange = RecordedExchange.get("/?name=Ada");
            var result =
                    Guests.run(host, new Guests(host).image("hello"), exchange, RunLimits.DEFAULT)
                            .execute();
            assertThat(result.outcome()).isEqualTo(new Outcome.Completed());
            assertThat(exchange.responseHead().status()).isEqualTo(200);
            assertThat(exchange.bodyText()).contains("Ada", "fra", "Germany");
        }
    }
}
