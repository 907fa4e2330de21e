package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.BitSet;
import java.util.List;
import java.util.Random;

class EnvelopeTest {
    private static BitSet of(int... sessions) {
        var set = new BitSet();
        for (int session : sessions) {
            set.set(session);
        }
        return set;
    }

    @Test
    void sessionsInARowTakeTwoNumbers() {
        var set = of(3);
        set.set(7, 501);
        assertThat(new Envelope(set, "{}").text()).isEqualTo("3,7-500\n{}");
    }

    @Test
    void whatIsWrittenIsReadAgainWithEveryLineOfTheMessage() {
        var random = new Random(3);
        for (int round = 0; round < 500; round++) {
            var set = new BitSet();
            for (int i = 0; i <= random.nextInt(30); i++) {
                set.set(random.nextInt(40));
            }
            var envelope = new Envelope(set, "{\"key\":1}\n{\"round\":" + round + "}");
            assertThat(Envelope.parse(envelope.text())).isEqualTo(envelope);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "\n{}",
                "x\n{}",
                "-1\n{}",
                "1-\n{}",
                "7-3\n{}",
                "1,,2\n{}",
                "1048577\n{}",
                "1-99999999999\n{}",
                "4294967295\n{}"
            })
    void anotherHeadIsRefused(String text) {
        assertThatThrownBy(() -> Envelope.parse(text)).isInstanceOf(ContractException.class);
    }

    @Test
    void linesAreReadAsTheyWereWritten() {
        var lines =
                List.of(
                        new RelayLine(7, "{\"type\":\"ack\",\"revision\":12}"),
                        RelayLine.of(new RelayFrame.Closed(9)));
        String message = lines.get(0).text() + lines.get(1).text();
        assertThat(RelayLine.parse(message)).isEqualTo(lines);
    }

    @Test
    void aNodeCanNotWriteALineInTheNameOfAnother() {
        String hostile = "{}\n8 {\"type\":\"draining\"}";
        assertThat(RelayLine.parse(new RelayLine(7, hostile).text()))
                .singleElement()
                .extracting(RelayLine::session)
                .isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7\n", "{}\n", "7 {}", " {}\n", "-7 {}\n", "99999999999 {}\n", "\n"})
    void aLineThatIsNoneIsRefused(String message) {
        assertThatThrownBy(() -> RelayLine.parse(message)).isInstanceOf(ContractException.class);
    }

    @Test
    void aRelaysNameIsADnsLabel() {
        assertThatThrownBy(() -> new RelayFrame.Hello(1, "Über", ""))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("DNS label");
    }
}
