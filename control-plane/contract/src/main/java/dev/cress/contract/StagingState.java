package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/// How far a version is on a node: only what is staged can serve.
public enum StagingState {
    @JsonProperty("pending")
    PENDING,
    @JsonProperty("staged")
    STAGED,
    @JsonProperty("failed")
    FAILED
}
