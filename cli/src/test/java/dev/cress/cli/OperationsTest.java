package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the README says of running a fleet, from one machine to many, command by command: each is
/// run as it stands there, with loopback for other machines and free ports for those that it names.
@Timeout(180)
@Order(Integer.MAX_VALUE)
class OperationsTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final String DEPLOY_HELLO = "./cress deploy hello " + LocalFleet.module("hello");
    private static final String SECTION = "\n## A fleet of processes\n";

    @TempDir private Path folder;
    private final List<CressProcess> running = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> meant = new HashMap<>();
    private int machines;

    @BeforeEach
    void sayWhatIsMeant() {
        meant.put("0.0.0.0", "127.0.0.1");
        meant.put("control.example", "localhost");
        meant.put("relay.example", "localhost");
        meant.put("backup.db", folder.resolve("backup.db").toString());
        meant.put(".cress", folder.resolve("machine-0").toString());
        environment.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    }

    @AfterEach
    void stopAll() throws IOException {
        for (CressProcess process : running) {
            process.close();
        }
        running.clear();
    }

    /// The commands of a block of the section, without what is said of them.
    private static List<String> block(int index) {
        String readme = Sources.read(Sources.ROOT.resolve("README.md"));
        int from = readme.indexOf(SECTION);
        String section = readme.substring(from, readme.indexOf("\n## ", from + 1));
        return Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(section)
                .results()
                .map(found -> found.group(1))
                .skip(index)
                .findFirst()
                .orElseThrow()
                .lines()
                .map(line -> line.replaceFirst("\\s+# .*", ""))
                .toList();
    }

    private List<String> words(String command) {
        return WORD.matcher(command)
                .results()
                .map(word -> word.group(1) != null ? word.group(1) : word.group(2))
                .map(this::meant)
                .toList();
    }

    private String meant(String word) {
        String said = word;
        for (var each : meant.entrySet()) {
            said = said.replace(each.getKey(), each.getValue());
        }
        return said;
    }

    /// Runs one line of the README on the first machine, or on one of its own.
    ///
    /// @return what it printed
    private String run(String line, boolean elsewhere) throws Exception {
        List<String> words = words(line);
        if (words.getFirst().equals("export")) {
            String[] variable = words.get(1).split("=", 2);
            environment.put(variable[0], variable[1]);
            return "";
        }
        assertThat(words.getFirst()).isEqualTo("./cress");
        List<String> command = new ArrayList<>(words.subList(1, words.size()));
        boolean stays = command.getFirst().equals("run");
        if (stays && !command.get(1).equals("node")) {
            String option = command.get(1).equals("control-plane") ? "--control-port" : "--port";
            command.addAll(List.of(option, "0"));
        }
        Path machine = folder.resolve("machine-" + (elsewhere ? ++machines : 0));
        var process = CressProcess.start(machine, environment, command);
        running.add(process);
        return stays ? process.awaitReady() : process.done();
    }

    private String run(String line) throws Exception {
        return run(line, false);
    }

    private static String urlIn(String said) {
        return Stream.of(said.split("\\s+"))
                .filter(word -> word.matches("https?://.*"))
                .findFirst()
                .orElseThrow();
    }

    private static int port(String url) {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    /// From now on the README's port of the control plane is the one that this one found.
    private void meanPortOf(String said) {
        meant.put(":7070", ":" + port(urlIn(said)));
    }

    private static void awaitHello(int port) {
        await().atMost(40, SECONDS)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(RawHttp.get(port, "/", "Host: hello.localhost"))
                                        .contains("Hello from"));
    }

    private void deployHello(String url, String... options) throws Exception {
        environment.put("CRESS_CONTROL", url);
        run(DEPLOY_HELLO + String.join(" ", options));
        environment.remove("CRESS_CONTROL");
    }

    @Test
    void theFleetOnOneMachineServes() throws Exception {
        var lines = block(0);
        String control = run(lines.get(0));
        meanPortOf(control);
        environment.put("CRESS_CONTROL", urlIn(control));
        meant.put("TOKEN", run(lines.get(1)).strip());
        environment.remove("CRESS_CONTROL");
        String router = "";
        for (String line : lines.subList(2, lines.size())) {
            router = run(line);
        }
        deployHello(urlIn(control));
        awaitHello(port(urlIn(router)));
    }

    @Test
    void machinesJoinDrainAndAreRemoved() throws Exception {
        var lines = block(1);
        meanPortOf(run(lines.get(0)));
        run(lines.get(1));
        meant.put("JOIN-STRING", run(lines.get(2)).strip());
        run(lines.get(3), true);
        meant.put("JOIN-STRING", run(lines.get(4)).strip());
        String router = run(lines.get(5), true);
        run(DEPLOY_HELLO);
        awaitHello(port(urlIn(router)));
        assertThat(run(lines.get(6))).contains("fra-1", "router-1");
        assertThat(run(lines.get(7))).contains("node fra-1 drains");
        assertThat(run(lines.get(8))).contains("node fra-1 in region fra removed");
        assertThat(lines).hasSize(9);
    }

    @Test
    void aNodeHangsOffARelay() throws Exception {
        var first = block(1);
        meanPortOf(run(first.get(0)));
        run(first.get(1));
        var lines = block(4);
        meant.put("JOIN-STRING", run(lines.get(0)).strip());
        String relay = run(lines.get(1), true);
        meant.put(":7071", ":" + port(urlIn(relay)));
        meant.put("JOIN-STRING", run(lines.get(2)).strip());
        run(lines.get(3), true);
        run(DEPLOY_HELLO);
        assertThat(run(lines.get(4)).lines())
                .anyMatch(line -> line.startsWith("fra-1 ") && line.contains(" relay-1 "));
        assertThat(lines).hasSize(5);
    }

    @Test
    void theStoreMovesToADatabaseAndABackupComesBack() throws Exception {
        try (EmbeddedPostgres postgres = Postgres.start()) {
            String database = postgres.getJdbcUrl("postgres", "postgres");
            meant.put("jdbc:postgresql://db.example/cress?user=cress", database);
            theStoreMoves();
            stopAll();
        }
    }

    private void theStoreMoves() throws Exception {
        var single = block(0);
        deployHello(urlIn(run(single.get(0))), " --no-wait");
        stopAll();
        var saved = block(3);
        assertThat(run(saved.get(0))).startsWith("saved: revision 1");
        var moved = block(2);
        assertThat(run(moved.get(0))).startsWith("moved: revision 1");
        String control = run(moved.get(1));
        environment.put("CRESS_CONTROL", urlIn(control));
        assertThat(run("./cress versions hello")).contains("100%");
        environment.remove("CRESS_CONTROL");
        stopAll();
        meant.put(".cress", folder.resolve("machine-restored").toString());
        assertThat(run(saved.get(1))).startsWith("restored: revision 1");
    }
}
