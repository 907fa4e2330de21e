package dev.cress.contract;

/// A value that breaks the contract, said so that its author can mend it: the message names the
/// thing, the value and the limit. `code` is the machine-readable word that travels in
/// [Problem#code()].
public final class ContractException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String code;

    public ContractException(String code, String message) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
