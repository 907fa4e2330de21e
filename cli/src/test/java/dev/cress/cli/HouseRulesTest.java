package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// How the house is written, as far as sources can show it.
class HouseRulesTest {
    private static final int LINES_MAX = 400;

    private static final Pattern PUBLIC_TYPE =
            Pattern.compile(
                    "^( {4})?public (static |final |sealed |abstract |non-sealed"
                            + " )*(class|record|interface|enum|@interface) .*");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void noFileIsLongerThanAReaderCanHold() {
        assertThat(Sources.java())
                .filteredOn(file -> Sources.read(file).lines().count() > LINES_MAX)
                .as("files over %d lines", LINES_MAX)
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIs() {
        List<Path> folders = Sources.mainJava().stream().map(Path::getParent).distinct().toList();
        assertThat(folders)
                .filteredOn(folder -> !Files.exists(folder.resolve("package-info.java")))
                .isEmpty();
    }

    @Test
    void everyPublicTypeSaysWhatItIs() {
        List<String> silent = new ArrayList<>();
        for (Path file : Sources.mainJava()) {
            List<String> lines = Sources.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (PUBLIC_TYPE.matcher(lines.get(i)).matches() && !isDocumented(lines, i)) {
                    silent.add(Sources.name(file) + ":" + (i + 1));
                }
            }
        }
        assertThat(silent).isEmpty();
    }

    private static boolean isDocumented(List<String> lines, int type) {
        int i = type - 1;
        int depth = 0;
        while (i >= 0) {
            String line = lines.get(i).strip();
            depth +=
                    line.chars()
                            .map(c -> c == ')' || c == '}' ? 1 : c == '(' || c == '{' ? -1 : 0)
                            .sum();
            if (line.startsWith("///")) {
                return true;
            }
            if (depth <= 0 && !line.startsWith("@") && !line.startsWith("//")) {
                return false;
            }
            i--;
        }
        return false;
    }

    @Test
    void noWordIsLeftOverFromWork() {
        assertThat(Sources.java())
                .filteredOn(
                        contains("TO" + "DO").or(contains("FIX" + "ME")).or(contains("XX" + "X")))
                .isEmpty();
    }

    @Test
    void onlyTheCommandPrints() {
        assertThat(Sources.mainJava())
                .filteredOn(
                        contains("System.out")
                                .or(contains("System.err"))
                                .or(contains("printStackTrace")))
                .extracting(Sources::name)
                .allMatch(
                        name ->
                                name.equals("cli/src/main/java/dev/cress/cli/Cress.java")
                                        || name.startsWith("bench/"));
    }

    @Test
    void testsWaitForConditionsAndNeverSleep() {
        assertThat(Sources.testJava()).filteredOn(contains("Thread." + "sleep")).isEmpty();
    }

    @Test
    void everyPathThatTheReadmeNamesExists() {
        var named = LINK.matcher(Sources.read(Sources.ROOT.resolve("README.md")));
        List<String> missing = new ArrayList<>();
        while (named.find()) {
            if (!Files.exists(Sources.ROOT.resolve(named.group(1)))) {
                missing.add(named.group(1));
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyFuzzTargetIsListed() {
        var row = Pattern.compile("^\\| `(\\w+FuzzTest)` \\|", Pattern.MULTILINE);
        String list = Sources.read(Sources.ROOT.resolve("wasm-host/FUZZING.md"));
        List<String> listed = row.matcher(list).results().map(found -> found.group(1)).toList();
        assertThat(Sources.testJava())
                .extracting(file -> file.getFileName().toString().replace(".java", ""))
                .filteredOn(name -> name.endsWith("FuzzTest"))
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    private static Predicate<Path> contains(String text) {
        return file -> Sources.read(file).contains(text);
    }
}
