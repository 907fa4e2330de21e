// Command fastly-go is a small API at the edge, written for Fastly Compute: it joins what two backends say into one
// document, keeps a session in a signed cookie, and streams.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/fastly/compute-sdk-go/configstore"
	"github.com/fastly/compute-sdk-go/fsthttp"
	"github.com/fastly/compute-sdk-go/geo"
	"github.com/fastly/compute-sdk-go/kvstore"
	"github.com/fastly/compute-sdk-go/rtlog"
)

func main() {
	fsthttp.ServeFunc(serve)
}

func serve(ctx context.Context, w fsthttp.ResponseWriter, r *fsthttp.Request) {
	log := rtlog.Open("access")
	fmt.Fprintf(log, "%s %s", r.Method, r.URL.Path)
	var err error
	switch r.URL.Path {
	case "/joined":
		err = joined(ctx, w)
	case "/session":
		err = session(w, r)
	case "/whoami":
		err = whoami(w, r)
	case "/shout":
		err = shout(w, r)
	case "/notes":
		err = notes(w, r)
	default:
		fsthttp.Error(w, "There is nothing here.", fsthttp.StatusNotFound)
	}
	if err != nil {
		fmt.Fprintf(log, "failed: %v", err)
		fsthttp.Error(w, "It didn't work.", fsthttp.StatusBadGateway)
	}
}

// joined asks two backends at once and makes one document of what they say.
func joined(ctx context.Context, w fsthttp.ResponseWriter) error {
	type answer struct {
		name string
		body []byte
		err  error
	}
	backends := []string{"users", "orders"}
	answers := make(chan answer)
	for _, name := range backends {
		go func() {
			body, err := ask(ctx, name)
			answers <- answer{name, body, err}
		}()
	}
	document := map[string]json.RawMessage{}
	for range backends {
		a := <-answers
		if a.err != nil {
			return a.err
		}
		document[a.name] = a.body
	}
	w.Header().Set("content-type", "application/json")
	return json.NewEncoder(w).Encode(document)
}

func ask(ctx context.Context, backend string) ([]byte, error) {
	request, err := fsthttp.NewRequest(fsthttp.MethodGet, "https://"+backend+".example/v1/"+backend, nil)
	if err != nil {
		return nil, err
	}
	request.CacheOptions.Pass = true
	response, err := request.Send(ctx, backend)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != fsthttp.StatusOK {
		return nil, fmt.Errorf("%s answered %d", backend, response.StatusCode)
	}
	return io.ReadAll(response.Body)
}

func whoami(w fsthttp.ResponseWriter, r *fsthttp.Request) error {
	words, err := configstore.Open("words")
	if err != nil {
		return err
	}
	greeting, err := words.Get("GREETING")
	if err != nil {
		greeting = "Hello"
	}
	place := "somewhere"
	if found, err := geo.Lookup(net.ParseIP(r.RemoteAddr)); err == nil {
		place = found.City
	}
	fmt.Fprintf(w, "%s, %s in %s. This is version %s in %s.\n",
		greeting, r.RemoteAddr, place, os.Getenv("FASTLY_SERVICE_VERSION"), os.Getenv("FASTLY_POP"))
	return nil
}

// shout answers with the request's body in upper case, piece by piece.
func shout(w fsthttp.ResponseWriter, r *fsthttp.Request) error {
	piece := make([]byte, 4096)
	for {
		count, err := r.Body.Read(piece)
		io.WriteString(w, strings.ToUpper(string(piece[:count])))
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// notes keeps the body of a PUT, and shows what was kept.
func notes(w fsthttp.ResponseWriter, r *fsthttp.Request) error {
	store, err := kvstore.Open("notes")
	if err != nil {
		return err
	}
	if r.Method == fsthttp.MethodPut {
		w.WriteHeader(fsthttp.StatusNoContent)
		return store.Insert("note", r.Body)
	}
	note, err := store.Lookup("note")
	if err != nil {
		fsthttp.Error(w, "There is no note.", fsthttp.StatusNotFound)
		return nil
	}
	fmt.Fprintf(w, "%s\n", note.String())
	return nil
}
