package dev.cress.wasm.split;

import java.util.ArrayList;
import java.util.List;

/// A block, a loop, an `if`, or a whole body: what branches name. Changes as pieces are cut out of
/// it.
final class Block implements Node {
    static final int BLOCK = 0x02;
    static final int LOOP = 0x03;
    static final int IF = 0x04;

    /// The type of a block without a result.
    static final int EMPTY = 0x40;

    private final int opcode;
    private final int result;
    private final List<Statement> body = new ArrayList<>();
    private final List<Statement> otherwise = new ArrayList<>();
    private int weight;

    /// @param result its type's code, or [#EMPTY]
    Block(int opcode, int result) {
        this.opcode = opcode;
        this.result = result;
    }

    int opcode() {
        return opcode;
    }

    int result() {
        return result;
    }

    boolean isLoop() {
        return opcode == LOOP;
    }

    /// Whether a branch to it takes a value along.
    boolean takesValue() {
        return !isLoop() && result != EMPTY;
    }

    List<Statement> body() {
        return body;
    }

    /// Of an `if`; empty if there is none.
    List<Statement> otherwise() {
        return otherwise;
    }

    @Override
    public int weight() {
        return weight;
    }

    /// Adds up what is in it, after a change.
    void weigh() {
        int sum = 2;
        for (List<Statement> statements : List.of(body, otherwise)) {
            for (Statement statement : statements) {
                statement.weigh();
                sum += statement.weight();
            }
        }
        weight = sum;
    }
}
