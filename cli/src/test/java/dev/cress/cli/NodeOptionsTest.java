package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Settings of `cress run node` that can't be meant: named, with nothing begun.
class NodeOptionsTest {
    private final Path data;

    NodeOptionsTest(@TempDir Path folder) {
        data = folder.resolve("data");
    }

    @Test
    void anAddressToAdvertiseIsAUrl() {
        refused("'http://a b' is no URL", "--advertise", "http://a b");
        refused("--advertise 'fra:8080' must be like http://HOST:PORT", "--advertise", "fra:8080");
    }

    @Test
    void aNameIsALabelAndMakesNoFolderElsewhere() {
        refused("node name '../x' is not a DNS label", "--name", "../x");
    }

    @Test
    void waysToTheControlPlaneAreUrlsOnceEach() {
        refused("'relay:7071' must be like http://HOST:PORT", "--control", "http://a:1,relay:7071");
        refused("'' must be like http://HOST:PORT", "--control", "http://a:1,,http://b:1");
        refused(
                "--control: control plane http://a:1 is named twice",
                "--control",
                "http://a:1,http://a:1/");
        refused(
                "--control: control planes and relays are 9: from 1 to 8",
                "--control",
                "http://a:1,http://a:2,http://a:3,http://a:4,http://a:5,http://a:6,http://a:7,"
                        + "http://a:8,http://a:9");
    }

    @Test
    void portsAreInRange() {
        refused("port is 65536: from 0 to 65535", "--port", "65536");
        refused("admin port is 70000: from 0 to 65535", "--admin-port", "70000");
    }

    @Test
    void aWarmUpIsALengthOfTimeAndNotTooLong() {
        misused("--warm-up 'soon' must be like", "--warm-up", "soon");
        misused("--warm-up '21s' is more than 20 s", "--warm-up", "21s");
    }

    @Test
    void addressesToAllowAreRanges() {
        refused("'10.0.0.1/8' is no range of addresses", "--allow-outbound", "10.0.0.1/8");
        refused("'internal' is no range of addresses", "--allow-outbound", "10.0.0.0/8,internal");
    }

    /// Before the join string is read, let alone used up.
    @Test
    void whoJoinsWithACertificateComesByTls() {
        refusedWith(
                "cress-join.e30",
                "it has a certificate: --control is a URL like https://",
                "--control",
                "https://a:1,http://b:1");
    }

    private void refused(String why, String... options) {
        refusedWith("token", why, options);
    }

    private void refusedWith(String join, String why, String... options) {
        refused(ExitCode.ERROR, join, why, options);
    }

    private void misused(String why, String... options) {
        refused(ExitCode.USAGE, "token", why, options);
    }

    private void refused(int exitCode, String join, String why, String... options) {
        List<String> args = new ArrayList<>(List.of("run", "node", "--data", data.toString()));
        args.addAll(List.of("--region", "fra", "--join", join));
        args.addAll(List.of(options));
        Cli refused = Cli.run(args.toArray(String[]::new));
        assertThat(refused.exitCode()).isEqualTo(exitCode);
        assertThat(refused.err()).startsWith("cress: ").contains(why).doesNotContain("\tat ");
        assertThat(data).doesNotExist();
    }
}
