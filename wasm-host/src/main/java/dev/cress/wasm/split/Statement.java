package dev.cress.wasm.split;

import java.util.List;

/// Instructions from where nothing of their block is on the stack to where that is so again, or to
/// the block's end.
final class Statement {
    private final List<Node> nodes;
    private final End end;
    private int weight;
    private long[] liveBefore = {};
    private boolean taken;

    /// How control and stack come out of it.
    enum End {
        /// With nothing on the stack.
        NOTHING,
        /// With the result of its block.
        VALUE,
        /// Never.
        NEVER
    }

    Statement(List<Node> nodes, End end) {
        this.nodes = List.copyOf(nodes);
        this.end = end;
    }

    List<Node> nodes() {
        return nodes;
    }

    End end() {
        return end;
    }

    int weight() {
        return weight;
    }

    void weigh() {
        weight = 0;
        for (Node node : nodes) {
            if (node instanceof Block block) {
                block.weigh();
            }
            weight += node.weight();
        }
    }

    /// The locals whose values may be read from here on before they are written.
    long[] liveBefore() {
        return liveBefore;
    }

    void liveBefore(long[] locals) {
        liveBefore = locals;
    }

    /// Marks it and all that is in it as about to be cut out.
    void take() {
        taken = true;
        for (Node node : nodes) {
            if (node instanceof Block block) {
                block.body().forEach(Statement::take);
                block.otherwise().forEach(Statement::take);
            }
        }
    }

    /// Whether it or anything in it is taken.
    boolean isTaken() {
        if (taken) {
            return true;
        }
        for (Node node : nodes) {
            if (node instanceof Block block
                    && (block.body().stream().anyMatch(Statement::isTaken)
                            || block.otherwise().stream().anyMatch(Statement::isTaken))) {
                return true;
            }
        }
        return false;
    }
}
