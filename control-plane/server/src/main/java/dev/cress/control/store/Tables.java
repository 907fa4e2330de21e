package dev.cress.control.store;

/// All of the store within one transaction.
record Tables(
        Transaction transaction,
        RevisionLog log,
        Heads heads,
        Tenants tenants,
        Holdings holdings,
        Modules modules,
        Bundles bundles,
        Functions functions,
        Deployments deployments,
        Releases releases,
        RolloutRows rollouts,
        Tokens tokens,
        KnownNodes nodes,
        Servers servers,
        Leases leases,
        Answers answers,
        AuditLog audit) {
    static Tables in(Transaction transaction) {
        var log = new RevisionLog(transaction);
        var heads = new Heads(transaction);
        var modules = new Modules(transaction);
        var bundles = new Bundles(transaction);
        var tenants = new Tenants(transaction);
        var holdings = new Holdings(transaction, tenants, modules, bundles);
        var deployments = new Deployments(transaction);
        var functions = new Functions(transaction, tenants, holdings, deployments);
        var routes = new Routes(transaction);
        var rollouts = new RolloutRows(transaction);
        return new Tables(
                transaction,
                log,
                heads,
                tenants,
                holdings,
                modules,
                bundles,
                functions,
                deployments,
                new Releases(transaction, log, functions, deployments, rollouts, routes),
                rollouts,
                new Tokens(transaction, heads),
                new KnownNodes(transaction, heads),
                new Servers(transaction),
                new Leases(transaction),
                new Answers(transaction),
                new AuditLog(transaction, heads));
    }
}
