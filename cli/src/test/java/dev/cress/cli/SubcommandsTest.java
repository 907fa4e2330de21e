package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SubcommandsTest {
    @Test
    void onlyTheCommandThatIsAskedForIsBuilt() {
        var line = Cress.commandLine("run", "node", "--help");
        assertThat(line.getSubcommands()).containsOnlyKeys("run");
        assertThat(line.getSubcommands().get("run"))
                .isNotNull()
                .satisfies(run -> assertThat(run.getSubcommands()).containsOnlyKeys("node"));
    }

    @Test
    void eachCommandOfTheHelpAnswersForItself() {
        List<String> names =
                Cress.commandLine("--help").getSubcommands().entrySet().stream()
                        .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                        .map(Map.Entry::getKey)
                        .toList();
        assertThat(names).contains("up", "run", "deploy", "status").doesNotHaveDuplicates();
        for (String name : names) {
            Cli help = Cli.run(name, "--help");
            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("Usage: cress " + name);
        }
    }

    @Test
    void aMistypedCommandIsToldWhatItMayHaveMeant() {
        assertThat(Cli.run("depoly").err()).contains("Did you mean", "deploy");
        assertThat(Cli.run("run", "nod").err()).contains("Did you mean", "run node");
    }
}
