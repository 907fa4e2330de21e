package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a plug-in asks of its host, it hears; what the reference host fails, ends it.
class PluginCallsTest {
    private final PluginCaller caller = new PluginCaller();

    private String trap(String function, long... arguments) {
        GuestEnded ended =
                catchThrowableOfType(GuestEnded.class, () -> caller.call(function, arguments));
        assertThat(ended).as("end").isNotNull();
        caller.restart("");
        return ((Outcome.Trapped) ended.outcome()).reason();
    }

    @Test
    void configIsReadByNameAndTheNameIsTheHosts() {
        long name = caller.block("KEY");
        assertThat(caller.text(caller.call("config_get", name))).isEqualTo("value");
        long other = caller.block("other");
        assertThat(caller.call("config_get", other)).isZero();
        assertThat(caller.call("length", other)).isZero();
    }

    @Test
    void variablesAreSetReadAndRemoved() {
        assertThat(caller.call("var_get", caller.block("a"))).isZero();
        caller.call("var_set", caller.block("a"), caller.block("one"));
        caller.call("var_set", caller.block("b"), caller.block("two"));
        caller.call("var_set", caller.block("a"), caller.block("three"));
        assertThat(caller.text(caller.call("var_get", caller.block("a")))).isEqualTo("three");
        caller.call("var_set", caller.block("a"), 0);
        assertThat(caller.call("var_get", caller.block("a"))).isZero();
        assertThat(caller.text(caller.call("var_get", caller.block("b")))).isEqualTo("two");
    }

    @Test
    void variablesEndWithTheRun() {
        caller.call("var_set", caller.block("a"), caller.block("one"));
        caller.restart("");
        assertThat(caller.call("var_get", caller.block("a"))).isZero();
    }

    @Test
    void variablesTakeNoMoreThanAMebibyte() {
        long size = (1 << 20) / 4;
        for (int i = 0; i < 3; i++) {
            caller.call("var_set", caller.block("v" + i), caller.call("alloc", size));
        }
        caller.call("var_set", caller.block("v0"), caller.call("alloc", size - 1_000));
        caller.call("var_set", caller.block("v3"), caller.call("alloc", size + 500));
        assertThat(trap("var_set", caller.block("v1"), caller.call("alloc", size + 1_000)))
                .isEqualTo("var_set: variables take more than 1048576 bytes");
    }

    @Test
    void aSetVariableIsNothingThatAnImageKeeps() {
        assertThat(caller.run().differsByRun()).isFalse();
        caller.call("alloc", 8);
        caller.call("var_get", caller.block("a"));
        assertThat(caller.run().differsByRun()).isFalse();
        caller.call("var_set", caller.block("a"), caller.block("one"));
        assertThat(caller.run().differsByRun()).isTrue();
    }

    @Test
    void whatIsNoNameEndsTheGuest() {
        assertThat(trap("config_get", 0)).isEqualTo("config_get: no block is at 0");
        assertThat(trap("var_get", -1)).isEqualTo("var_get: no block is at 18446744073709551615");
        long freed = caller.block("a");
        caller.call("free", freed);
        assertThat(trap("var_set", freed, 0)).isEqualTo("var_set: no block is at " + freed);
        assertThat(trap("config_get", caller.block("ab") + 1)).contains("no block is at");
        long noText = caller.call("alloc", 1);
        caller.call("store_u8", noText, 0xff);
        assertThat(trap("config_get", noText)).isEqualTo("config_get: a name that is not UTF-8");
        assertThat(trap("var_get", caller.call("alloc", 65_537)))
                .isEqualTo("var_get: a name of 65537 bytes, at most 65536");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"url\":\"http://a/\"} | the manifest grants no requests to other hosts:"
                        + " capabilities.outbound",
                "{\"url\":\"http://a/\", \"headers\":{\"a b\":\"c\"}} | 'a b: c' is no header",
                "{\"url\":\"http://a/\", \"headers\":{\"a\":\"c\\r\\nd: e\"}} | 'a: c..d: e' is no"
                        + " header",
                "{\"url\":\"http://a/\", \"headers\":{\"a\":\"\\u0000\"}} | 'a: .' is no header",
                "{\"method\":\"GET\"} | a request without a url",
                "{\"url\":null} | a request that is not the JSON it should be, at character 7",
                "{\"url\":\"http://a/\" | a request that is not the JSON it should be, at"
                        + " character 18",
                "{\"url\":\"http://a/\"} x | a request that is not the JSON it should be, at"
                        + " character 20",
                "[] | a request that is not the JSON it should be, at character 0",
                "{\"x\":[1,{\"y\":[true,null,-1.5e9]}],\"url\":\"http://a/\"} | the manifest grants"
                        + " no requests to other hosts: capabilities.outbound",
                "{\"x\":[1 2],\"url\":\"\"} | a request that is not the JSON it should be, at"
                        + " character 8",
                "{\"x\":\"\\ud83d\\ude00\\/\",\"url\":\"\\q\"} | a request that is not the JSON it"
                        + " should be, at character 31"
            })
    void aRequestThatCannotBeSentEndsTheGuest(String request, String reason) {
        assertThat(trap("http_request", caller.block(request), 0))
                .isEqualTo("http_request: " + reason);
    }

    @Test
    void requestsThatNestOrGrowTooFarEndTheGuest() {
        String deep = "{\"x\":" + "[".repeat(40_000) + "]".repeat(20_000) + "}";
        assertThat(trap("http_request", caller.block(deep), 0)).contains("nested too deeply");
        assertThat(trap("http_request", caller.block("x".repeat(65_537)), 0))
                .isEqualTo("http_request: URL and headers have 65537 bytes, at most 65536");
    }

    @Test
    void beforeARequestThereIsNoStatusAndNoHeader() {
        assertThat(caller.call("http_status_code")).isZero();
        assertThat(caller.text(caller.call("http_headers"))).isEqualTo("{}");
    }

    @Test
    void theLogsLevelIsInfoByDefault() {
        assertThat(caller.call("get_log_level")).isEqualTo(2);
    }

    @Test
    void linesBelowTheLevelAreFreedWithoutALook() {
        long line = caller.block("quiet");
        caller.call("log_debug", line);
        assertThat(caller.call("length", line)).isZero();
        caller.call("log_trace", -1);
        caller.call("log_info", 0);
        assertThat(trap("log_info", -1)).contains("log: no block is at");
    }
}
