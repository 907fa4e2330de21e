package dev.cress.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `bench/run NAME [-q|--quick]`: asks one question by its name. Results are [Line]s on standard
/// output, everything else is on standard error. Without a name it lists the questions.
public final class Bench {
    private static final List<Question> QUESTIONS =
            List.of(
                    new ColdStartQuestion(),
                    new IsolateStartQuestion(),
                    new IsolateScalingQuestion(),
                    new FirstByteQuestion(),
                    new AbiOverheadQuestion(),
                    new HostCallQuestion(),
                    new HeatQuestion(),
                    new GuestStopQuestion(),
                    new GuestCpuQuestion(),
                    new NodeStartQuestion(),
                    new FootprintQuestion(),
                    new NeighbourQuestion(),
                    new SafepointQuestion(),
                    new NodeThroughputQuestion(),
                    new StreamQuestion(),
                    new CommitToAckedQuestion(),
                    new ResyncQuestion(),
                    new DeployToServedQuestion(),
                    new StoreQuestion(),
                    new SoakQuestion(),
                    new CrashQuestion(),
                    new PowerCutQuestion(),
                    new JitBombQuestion(),
                    new GranuleQuestion());
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    private Bench() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    /// Exit code: 0, or 1 if it could not be measured, or 2 if it was not understood.
    static int run(List<String> args, PrintStream out, PrintStream err) {
        var names = new ArrayList<>(args);
        boolean quick = names.removeIf(arg -> arg.equals("-q") || arg.equals("--quick"));
        if (names.isEmpty()) {
            QUESTIONS.forEach(q -> out.println("%-16s %s".formatted(q.name(), q.text())));
            return 0;
        }
        Optional<Question> question =
                QUESTIONS.stream().filter(q -> q.name().equals(names.getFirst())).findFirst();
        if (names.size() > 1 || question.isEmpty()) {
            err.println(
                    "'%s' is no benchmark. Give one of %s, and -q for a quick run."
                            .formatted(String.join(" ", names), known()));
            return USAGE;
        }
        try {
            question.get()
                    .answer(
                            quick ? Question.Effort.QUICK : Question.Effort.FULL,
                            err,
                            line -> {
                                out.println(line);
                                out.flush();
                            });
            return 0;
        } catch (Exception e) {
            err.println("%s could not be measured: %s".formatted(names.getFirst(), e));
            return FAILED;
        }
    }

    private static String known() {
        return QUESTIONS.stream().map(Question::name).collect(Collectors.joining(", "));
    }
}
