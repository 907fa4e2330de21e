package dev.cress.control.store;

/// All of the store within one transaction.
record Tables(
        Transaction transaction,
        RevisionLog log,
        Heads heads,
        Modules modules,
        Bundles bundles,
        Functions functions,
        Deployments deployments,
        Releases releases,
        Tokens tokens,
        KnownNodes nodes,
        Servers servers,
        Leases leases,
        Answers answers) {
    static Tables in(Transaction transaction) {
        var log = new RevisionLog(transaction);
        var heads = new Heads(transaction);
        var modules = new Modules(transaction);
        var bundles = new Bundles(transaction);
        var deployments = new Deployments(transaction);
        var functions = new Functions(transaction, modules, bundles, deployments);
        var routes = new Routes(transaction);
        return new Tables(
                transaction,
                log,
                heads,
                modules,
                bundles,
                functions,
                deployments,
                new Releases(transaction, log, functions, deployments, routes),
                new Tokens(transaction, heads),
                new KnownNodes(transaction, heads),
                new Servers(transaction),
                new Leases(transaction),
                new Answers(transaction));
    }
}
