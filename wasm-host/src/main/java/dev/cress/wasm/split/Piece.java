package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Branch;
import dev.cress.wasm.split.Node.Local;
import dev.cress.wasm.split.Node.Plain;
import dev.cress.wasm.split.Types.FunctionType;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A region as a function of its own, and the call in its place:
///
/// ```text
/// the function                              the call
///   block $out                                block $on
///     block $exit1                              its parameters, call
///       the region, branching to $exit1         results ← globals
///       number ← 0, br $out                     br_table $on, where the region branched to
///     end                                     end
///     number ← 1, br $out
///   end
///   globals ← results
///   number
/// ```
///
/// With one way out only there is no number, and the first result is the function's own.
final class Piece {
    private static final int I32 = 0x7f;
    private static final int CALL = 0x10;
    private static final int GLOBAL_GET = 0x23;
    private static final int GLOBAL_SET = 0x24;

    /// Stands for the local that has the number.
    private static final int NUMBER = -1;

    private final Region region;
    private final int[] localTypes;
    private final boolean numbered;
    private final int[] resultGlobals;
    private final Map<Block, Integer> carried = new HashMap<>();

    /// @param localTypes of the function that the region is of
    Piece(Region region, int[] localTypes, Returns returns) {
        this.region = region;
        this.localTypes = localTypes;
        this.numbered = region.exits().size() + (region.falls() ? 1 : 0) > 1;
        var used = returns.use();
        this.resultGlobals =
                Arrays.stream(region.results()).map(local -> used.of(localTypes[local])).toArray();
        for (Block exit : region.exits()) {
            if (exit.takesValue()) {
                carried.put(exit, used.of(exit.result()));
            }
        }
    }

    FunctionType type() {
        List<Integer> result = List.of();
        if (numbered) {
            result = List.of(I32);
        } else if (region.results().length > 0) {
            result = List.of(localTypes[region.results()[0]]);
        }
        return new FunctionType(
                Arrays.stream(region.parameters()).mapToObj(i -> localTypes[i]).toList(), result);
    }

    /// The function's body, its locals included.
    byte[] code() {
        var slots = new HashMap<Integer, Integer>();
        for (int parameter : region.parameters()) {
            slots.put(parameter, slots.size());
        }
        var locals = new ArrayList<Integer>();
        for (int local : region.touched()) {
            if (slots.putIfAbsent(local, slots.size()) == null) {
                locals.add(localTypes[local]);
            }
        }
        if (numbered) {
            slots.put(NUMBER, slots.size());
            locals.add(I32);
        }
        var out = new ByteArrayOutputStream();
        Code.number(out, locals.size());
        for (int type : locals) {
            out.write(1);
            out.write(type);
        }
        var exits = new HashMap<Block, Block>();
        Block function = function(exits);
        out.writeBytes(new BodyWriter(exits, slots::get).body(function));
        return out.toByteArray();
    }

    /// @param exits to which its branches to each exit lead, added here
    private Block function(Map<Block, Block> exits) {
        var out = new Block(Block.BLOCK, Block.EMPTY);
        List<Statement> inside = new ArrayList<>(region.statements());
        if (region.falls()) {
            inside.add(leave(0, out));
        }
        int number = region.falls() ? 1 : 0;
        for (Block exit : region.exits()) {
            int type = exit.takesValue() ? exit.result() : Block.EMPTY;
            var here = new Block(Block.BLOCK, type);
            exits.put(exit, here);
            here.body().addAll(inside);
            inside = new ArrayList<>();
            inside.add(all(here));
            if (exit.takesValue()) {
                inside.add(all(global(GLOBAL_SET, carrier(exit))));
            }
            inside.add(leave(number++, out));
        }
        out.body().addAll(inside);
        var function = new Block(Block.BLOCK, Block.EMPTY);
        function.body().add(all(out));
        function.body().add(new Statement(handOver(), Statement.End.VALUE));
        return function;
    }

    private Statement leave(int number, Block out) {
        var nodes = new ArrayList<Node>();
        if (numbered) {
            nodes.add(new Plain(Code.constant(number), 0, 1, 1));
            nodes.add(new Local(Local.SET, NUMBER));
        }
        nodes.add(new Branch(Branch.BR, out));
        return new Statement(nodes, Statement.End.NEVER);
    }

    private List<Node> handOver() {
        int[] results = region.results();
        var nodes = new ArrayList<Node>();
        for (int i = numbered ? 0 : 1; i < results.length; i++) {
            nodes.add(new Local(Local.GET, results[i]));
            nodes.add(global(GLOBAL_SET, resultGlobals[i]));
        }
        if (numbered || results.length > 0) {
            nodes.add(new Local(Local.GET, numbered ? NUMBER : results[0]));
        }
        return nodes;
    }

    /// The global that takes the value of a branch along.
    private int carrier(Block exit) {
        return Objects.requireNonNull(carried.get(exit));
    }

    private static Plain global(int opcode, int index) {
        boolean gets = opcode == GLOBAL_GET;
        return new Plain(Code.instruction(opcode, index), gets ? 0 : 1, gets ? 1 : 0, 2);
    }

    private static Statement all(Node... nodes) {
        return new Statement(List.of(nodes), Statement.End.NOTHING);
    }

    /// What stands in the region's place.
    ///
    /// @param function the piece's index
    Statement call(int function) {
        int[] results = region.results();
        var nodes = new ArrayList<Node>();
        for (int parameter : region.parameters()) {
            nodes.add(new Local(Local.GET, parameter));
        }
        FunctionType type = type();
        nodes.add(
                new Plain(
                        Code.instruction(CALL, function),
                        type.parameters().size(),
                        type.results().size(),
                        3));
        for (int i = 0; i < results.length; i++) {
            if (i > 0 || numbered) {
                nodes.add(global(GLOBAL_GET, resultGlobals[i]));
            }
            nodes.add(new Local(Local.SET, results[i]));
        }
        if (numbered) {
            return goOn(nodes);
        }
        for (Block exit : region.exits()) {
            nodes.addAll(branch(exit));
        }
        if (!region.falls() && region.exits().isEmpty()) {
            nodes.add(Plain.UNREACHABLE);
        }
        return new Statement(nodes, region.falls() ? Statement.End.NOTHING : Statement.End.NEVER);
    }

    private List<Node> branch(Block exit) {
        var branch = new Branch(Branch.BR, exit);
        return exit.takesValue()
                ? List.of(global(GLOBAL_GET, carrier(exit)), branch)
                : List.of(branch);
    }

    /// @param nodes leave the number on the stack
    private Statement goOn(List<Node> nodes) {
        List<Block> exits = region.exits();
        if (region.falls() && exits.size() == 1 && !exits.getFirst().takesValue()) {
            nodes.add(new Branch(Branch.BR_IF, exits.getFirst()));
            return new Statement(nodes, Statement.End.NOTHING);
        }
        var on = new Block(Block.BLOCK, Block.EMPTY);
        var targets = new ArrayList<Block>();
        if (region.falls()) {
            targets.add(on);
        }
        var with = new HashMap<Block, Block>();
        for (Block exit : exits) {
            if (exit.takesValue()) {
                with.put(exit, new Block(Block.BLOCK, Block.EMPTY));
            }
            targets.add(with.getOrDefault(exit, exit));
        }
        nodes.add(new Branch(Branch.BR_TABLE, List.copyOf(targets)));
        List<Statement> inside =
                new ArrayList<>(List.of(new Statement(nodes, Statement.End.NEVER)));
        for (Block exit : exits) {
            Block here = with.get(exit);
            if (here != null) {
                here.body().addAll(inside);
                inside = new ArrayList<>();
                inside.add(all(here));
                inside.add(new Statement(branch(exit), Statement.End.NEVER));
            }
        }
        if (region.falls()) {
            on.body().addAll(inside);
            return all(on);
        }
        return new Statement(
                inside.stream().flatMap(s -> s.nodes().stream()).toList(), Statement.End.NEVER);
    }
}
