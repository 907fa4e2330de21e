package dev.cress.wasm.split;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which locals of a function are live: may be read before they are written. Backwards over its
/// body, again and again until no loop's start learns anything new; notes the outcome in the
/// statements.
final class Liveness {
    /// Each takes what a loop nested one deeper learnt one loop further out.
    private static final int ROUNDS_MAX = 64;

    private final Map<Block, long[]> labels = new HashMap<>();
    private final Map<Block, long[]> behind = new HashMap<>();
    private final int locals;
    private boolean learning;

    /// @param locals how many it has
    private Liveness(int locals) {
        this.locals = locals;
    }

    /// @throws UnsplittableException if it takes too long
    static Liveness of(Block body, int locals) throws UnsplittableException {
        var liveness = new Liveness(locals);
        int rounds = 0;
        do {
            if (++rounds > ROUNDS_MAX) {
                throw new UnsplittableException();
            }
            liveness.learning = false;
            liveness.block(body, Bits.of(locals));
        } while (liveness.learning);
        return liveness;
    }

    /// What is live where a branch to this block goes on.
    long[] at(Block target) {
        return labels.getOrDefault(target, Bits.of(locals));
    }

    /// What is live behind it.
    long[] behind(Block block) {
        return behind.getOrDefault(block, Bits.of(locals));
    }

    private long[] block(Block block, long[] after) {
        behind.put(block, after);
        if (!block.isLoop()) {
            labels.put(block, after);
        }
        long[] before = statements(block.body(), after);
        if (block.isLoop()) {
            learning |= Bits.addAll(labels.computeIfAbsent(block, _ -> Bits.of(locals)), before);
        } else if (block.opcode() == Block.IF) {
            Bits.addAll(before, statements(block.otherwise(), after));
        }
        return before;
    }

    private long[] statements(List<Statement> statements, long[] after) {
        long[] live = after.clone();
        for (int i = statements.size() - 1; i >= 0; i--) {
            Statement statement = statements.get(i);
            for (int j = statement.nodes().size() - 1; j >= 0; j--) {
                live = before(statement.nodes().get(j), live);
            }
            statement.liveBefore(live.clone());
        }
        return live;
    }

    /// May change the set that it is given.
    private long[] before(Node node, long[] after) {
        switch (node) {
            case Node.Plain plain -> {
                if (plain.isUnreachable()) {
                    return Bits.of(locals);
                }
            }
            case Node.Local local -> {
                if (local.reads()) {
                    Bits.add(after, local.index());
                } else {
                    Bits.remove(after, local.index());
                }
            }
            case Node.Branch branch -> {
                if (!branch.isConditional()) {
                    after = Bits.of(locals);
                }
                for (Block target : branch.targets()) {
                    Bits.addAll(after, at(target));
                }
            }
            case Block block -> {
                return block(block, after);
            }
        }
        return after;
    }
}
