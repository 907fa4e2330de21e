package dev.cress.wasm.code;

import run.endive.runtime.internal.CompilerInterpreterMachine;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Goes through one method of compiled code. A jump backwards must follow the poll immediately,
/// with nothing to jump in between; a call counts as polled when the poll stands before it in the
/// same straight line of instructions.
///
/// The one loop without it is the engine's for tail calls. Each of its rounds takes a call that is
/// pending and clears it, so that the next round needs another, and only the helper class sets one,
/// with the poll ([HelperClass]).
final class CodeCheck {
    static final String TAKE_TAIL_CALL = "tailCallFuncId";
    static final String CLEAR_TAIL_CALL = "clearTailCall";

    private static final String INTERPRETER =
            CompilerInterpreterMachine.class.getName().replace('.', '/');

    private final String where;
    private final Admission admission;
    private final CallGraph.Method method;
    private final Set<Label> passed = new HashSet<>();
    private boolean atStart = true;
    private boolean polledJustNow;
    private boolean polledInLine;
    private boolean tailCallTaken;
    private boolean tailCallCleared;

    CodeCheck(String where, Admission admission, CallGraph.Method method) {
        this.where = where;
        this.admission = admission;
        this.method = method;
    }

    void check(CodeModel code) {
        for (CodeElement element : code) {
            switch (element) {
                case LabelTarget target -> {
                    passed.add(target.label());
                    handler(target.label(), code);
                    polledJustNow = false;
                    polledInLine = false;
                    tailCallTaken = false;
                    tailCallCleared = false;
                }
                case Instruction instruction -> {
                    boolean poll = isPoll(instruction);
                    if (atStart && poll) {
                        method.pollsFirst();
                    }
                    instruction(instruction);
                    atStart = false;
                    polledJustNow = poll;
                    polledInLine |= poll;
                }
                default -> {}
            }
        }
    }

    /// With next to no stack left, what a handler guards fails again and again without any poll.
    private void handler(Label label, CodeModel code) {
        for (ExceptionCatch guard : code.exceptionHandlers()) {
            require(
                    !guard.handler().equals(label) || passed.contains(guard.tryEnd()),
                    "jumps backwards to a handler");
        }
    }

    private boolean isPoll(Instruction instruction) {
        return instruction instanceof InvokeInstruction call
                && admission.isHelper(call.owner().asInternalName())
                && call.name().equalsString(HelperClass.POLL);
    }

    private void instruction(Instruction instruction) {
        switch (instruction) {
            case ArrayLoadInstruction _,
                    ArrayStoreInstruction _,
                    ConvertInstruction _,
                    IncrementInstruction _,
                    LoadInstruction _,
                    NewPrimitiveArrayInstruction _,
                    NewReferenceArrayInstruction _,
                    NopInstruction _,
                    OperatorInstruction _,
                    ReturnInstruction _,
                    StackInstruction _,
                    StoreInstruction _,
                    ThrowInstruction _,
                    TypeCheckInstruction _ -> {}
            case ConstantInstruction constant -> constant(constant);
            case BranchInstruction branch -> branch(branch);
            case TableSwitchInstruction s -> targets(s.defaultTarget(), s.cases());
            case LookupSwitchInstruction s -> targets(s.defaultTarget(), s.cases());
            case InvokeInstruction call -> call(call);
            case FieldInstruction field -> {
                boolean onInstance =
                        field.opcode() == Opcode.GETFIELD || field.opcode() == Opcode.PUTFIELD;
                require(
                        onInstance && admission.isOwn(field.owner().asInternalName()),
                        "uses the field " + field.owner().asInternalName() + "." + field.name());
            }
            case NewObjectInstruction made ->
                    require(
                            made.className().asInternalName().equals(INTERPRETER),
                            "makes a " + made.className().asInternalName());
            default -> throw Admission.refused(where, "has a " + instruction.opcode());
        }
    }

    private void constant(ConstantInstruction constant) {
        Object value = constant.constantValue();
        boolean plain =
                value instanceof Integer
                        || value instanceof Long
                        || value instanceof Float
                        || value instanceof Double
                        || constant.opcode() == Opcode.ACONST_NULL;
        require(plain, "has the constant " + value);
    }

    private void branch(BranchInstruction branch) {
        if (passed.contains(branch.target())) {
            boolean always = branch.opcode() == Opcode.GOTO || branch.opcode() == Opcode.GOTO_W;
            require(
                    always && (polledJustNow || tailCallCleared),
                    "jumps backwards without the poll");
        }
        polledInLine = false;
    }

    private void targets(Label last, List<SwitchCase> cases) {
        boolean backwards =
                Stream.concat(Stream.of(last), cases.stream().map(SwitchCase::target))
                        .anyMatch(passed::contains);
        require(!backwards || polledJustNow, "switches backwards without the poll");
        polledInLine = false;
    }

    private void call(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        var signature = HelperClass.signature(call);
        require(
                admission.mayCall(owner, signature),
                "calls " + owner + "." + signature.name() + signature.type());
        tailCallCleared |= tailCallTaken && signature.name().equals(CLEAR_TAIL_CALL);
        tailCallTaken |= signature.name().equals(TAKE_TAIL_CALL);
        if (admission.isOwn(owner)) {
            if (!polledInLine) {
                method.callsUnpolled(owner, signature);
            }
            polledInLine = false;
        }
    }

    private void require(boolean holds, String what) {
        Admission.require(holds, where, what);
    }
}
