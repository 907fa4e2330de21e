// Greets in the reader's language, and counts how often it greeted each name.
const greetings = { de: "Hallo", en: "Hello", fr: "Bonjour", pt: "Olá" };

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname !== "/") return new Response("there is nothing here\n", { status: 404 });
    const name = request.method === "POST" ? (await request.text()).trim() : url.searchParams.get("name") || "you";
    const languages = (request.headers.get("accept-language") || "").split(",").map((part) => part.trim().slice(0, 2));
    const language = languages.find((code) => code in greetings) || "en";
    return Response.json(
      { text: `${greetings[language]} ${name}${env.MARK || "!"}`, region: request.cress.region },
      { headers: { "content-language": language } },
    );
  },
};
