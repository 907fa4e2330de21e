package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Branch;
import dev.cress.wasm.split.Node.Local;
import dev.cress.wasm.split.Node.Plain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Looks for what is best cut out of a body: much code that few locals lead into and out of.
final class Regions {
    /// Of a region's parameters: a method of the JVM has 255 places, of which some take two.
    private static final int PARAMETERS_MAX = 60;

    /// Ways out of it besides its end.
    private static final int EXITS_MAX = 30;

    /// What a call takes, and what each of its parts does.
    private static final int CALL_WEIGHT = 8;

    private static final int RESULT_WEIGHT = 4;
    private static final int EXIT_WEIGHT = 2;

    private final Liveness liveness;
    private final int locals;
    private final int weightMin;
    private final int weightMax;
    private final List<Region> found = new ArrayList<>();

    private Regions(Liveness liveness, int locals, int weightMin, int weightMax) {
        this.liveness = liveness;
        this.locals = locals;
        this.weightMin = weightMin;
        this.weightMax = weightMax;
    }

    /// Those that bring a body closest to a weight, none of them within another, in an order in
    /// which they can be replaced.
    static List<Region> best(
            Block body, Liveness liveness, int locals, int weightMin, int weightMax, int wanted) {
        var regions = new Regions(liveness, locals, weightMin, weightMax);
        regions.block(body);
        List<Region> byGain = new ArrayList<>(regions.found);
        byGain.sort(Comparator.comparingInt(Region::gain).reversed());
        Set<Region> best = new HashSet<>();
        int left = body.weight();
        for (Region region : byGain) {
            if (left <= wanted) {
                break;
            }
            if (!region.isTaken()) {
                region.take();
                best.add(region);
                left -= region.gain();
            }
        }
        return regions.found.reversed().stream().filter(best::contains).toList();
    }

    private void block(Block block) {
        for (List<Statement> statements : List.of(block.body(), block.otherwise())) {
            for (Statement statement : statements) {
                for (Node node : statement.nodes()) {
                    if (node instanceof Block inner && inner.weight() >= weightMin) {
                        block(inner);
                    }
                }
            }
            regions(statements, block);
        }
    }

    private void regions(List<Statement> statements, Block block) {
        var effects = new ArrayList<Effects>();
        for (Statement statement : statements) {
            boolean fits =
                    statement.weight() <= weightMax && statement.end() != Statement.End.VALUE;
            effects.add(fits ? new Effects(locals).of(statement) : Effects.TOO_MUCH);
        }
        for (int from = 0; from < statements.size(); from++) {
            var all = new Effects(locals);
            int weight = 0;
            int to = from;
            while (to < statements.size()
                    && effects.get(to) != Effects.TOO_MUCH
                    && weight + statements.get(to).weight() <= weightMax) {
                weight += statements.get(to).weight();
                all.add(effects.get(to++));
            }
            if (weight >= weightMin) {
                region(statements, from, to, block, all, weight);
            }
        }
    }

    private void region(
            List<Statement> statements, int from, int to, Block block, Effects all, int weight) {
        boolean falls = statements.get(to - 1).end() == Statement.End.NOTHING;
        List<Block> exits = all.exits();
        long[] liveAfter = Bits.of(locals);
        exits.forEach(exit -> Bits.addAll(liveAfter, liveness.at(exit)));
        if (falls) {
            Bits.addAll(liveAfter, after(statements, to, block));
        }
        Bits.keep(liveAfter, all.written);
        long[] needed = statements.get(from).liveBefore().clone();
        Bits.keep(needed, all.touched);
        int[] parameters = Bits.elements(needed);
        int[] results = Bits.elements(liveAfter);
        int gain =
                weight
                        - CALL_WEIGHT
                        - parameters.length
                        - RESULT_WEIGHT * results.length
                        - EXIT_WEIGHT * exits.size();
        if (gain > 0 && parameters.length <= PARAMETERS_MAX && exits.size() <= EXITS_MAX) {
            int[] touched = Bits.elements(all.touched);
            found.add(
                    new Region(
                            statements,
                            from,
                            to,
                            touched,
                            parameters,
                            results,
                            exits,
                            falls,
                            gain));
        }
    }

    /// What is live behind the last statement of a block is so at its label, but for a loop, whose
    /// label is its start.
    private long[] after(List<Statement> statements, int to, Block block) {
        return to < statements.size() ? statements.get(to).liveBefore() : liveness.behind(block);
    }

    /// What statements do to locals, and where they lead.
    private static final class Effects {
        static final Effects TOO_MUCH = new Effects(0);

        private final long[] touched;
        private final long[] written;
        private final Set<Block> targets = new LinkedHashSet<>();
        private final Set<Block> within = new HashSet<>();

        Effects(int locals) {
            this.touched = Bits.of(locals);
            this.written = Bits.of(locals);
        }

        Effects of(Statement statement) {
            for (Node node : statement.nodes()) {
                switch (node) {
                    case Plain _ -> {}
                    case Local local -> {
                        Bits.add(touched, local.index());
                        if (!local.reads()) {
                            Bits.add(written, local.index());
                        }
                    }
                    case Branch branch -> targets.addAll(branch.targets());
                    case Block block -> {
                        within.add(block);
                        block.body().forEach(this::of);
                        block.otherwise().forEach(this::of);
                    }
                }
            }
            return this;
        }

        void add(Effects more) {
            Bits.addAll(touched, more.touched);
            Bits.addAll(written, more.written);
            targets.addAll(more.targets);
            within.addAll(more.within);
        }

        List<Block> exits() {
            return targets.stream().filter(target -> !within.contains(target)).toList();
        }
    }
}
