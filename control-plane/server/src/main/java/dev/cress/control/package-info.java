/// The control plane: the fleet's memory of modules, versions, deployments and nodes, and the push
/// to every node. Start with [ControlPlane], which reads like the architecture; then `store` (what
/// is kept, and the rules), `sync` (nodes and routers), `module` (uploads), `api` (REST).
@NullMarked
package dev.cress.control;

import org.jspecify.annotations.NullMarked;
