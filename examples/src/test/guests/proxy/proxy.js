// Passes requests on to the origin that its config names, in the ways that tests ask for.
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const headers = new Headers({ cookie: request.headers.get("cookie") || "", "x-edge": "script" });
    const answer = await fetch(env.ORIGIN + url.pathname + url.search, {
      method: request.method, headers, body: request.body,
    });
    if (url.searchParams.has("text")) {
      return new Response((await answer.text()).toUpperCase(), answer);
    }
    return answer;
  },
};
