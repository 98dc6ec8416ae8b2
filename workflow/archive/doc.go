// Package archive keeps the evidence of ports: what the API said, the comments and the
// documents, with a manifest that proves it whole.
//
//	report, err := archive.ToFolder(ctx, client, "evidence", ids, nil)   // port requests, in a folder
//	report, err := archive.ToZip(ctx, client, "evidence.zip", ids, nil)  // or in a zip
//	report, err := archive.Documents(ctx, client, draft, "papers", nil)  // the documents alone
//
// # What is in an archive
//
// Each port request has a folder, which is named after its id:
//
//	SHA256SUMS
//	2c8e…/port_request-20260302T090000Z.json  the port request, its numbers and its sub requests
//	2c8e…/comments-20260302T090000Z.json
//	2c8e…/documents-20260302T090000Z.json     what the API says of the documents
//	2c8e…/loa-71b0….pdf                       a document
//
// The manifest SHA256SUMS has the hash of every other file. In the folder, or where a zip
// was unpacked, this checks all of them:
//
//	sha256sum -c SHA256SUMS
//
// A folder also has a file .lock, which keeps a second run out and isn't evidence. Names of
// files have ids and types of documents in them, and nothing of a customer. Letters that some
// system doesn't take in a name become underscores.
//
// # Later runs
//
// A later run adds what is new and overwrites nothing. A document that is there isn't
// downloaded again. A JSON file is added if it would differ from the newest of its kind, with
// the time of the run in its name, so that an archive also shows what was known when. What a
// run relies on is compared with the manifest first; a file that isn't what the manifest says
// is a [*DamagedError] and stays as it is. A file that was lost is added again, if it is still
// the same.
//
// A folder is good at any moment. If a run is killed, all that it has finished is in the
// manifest or is taken up by the next run. A zip can't be added to in place: a run copies what
// it has and what is new to a second file, which takes the first one's name at the end. A run
// whose context ends, or that fails for another reason than that the zip can't be written,
// leaves in it what it has finished by then. What a killed run has done is lost. So for many
// port requests, save to a folder.
//
// # Privacy
//
// PINs, account numbers, tax and business identifiers are "[redacted]" in the JSON files. So
// are those of a port request where they stand in its comments and descriptions, in any
// spelling that differs in case, blanks, points and dashes only. Former values of such a field
// aren't known and are not found. Everything else is as the API gave it: names, addresses,
// phone numbers, and the documents with all that is in them. Files are readable for their
// owner only. Errors have ids and names of files.
package archive
