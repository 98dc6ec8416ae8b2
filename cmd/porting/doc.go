// Command porting moves phone numbers to Telnyx with the V1 porting API: it checks, plans,
// ports, watches, mends and archives.
//
//	porting check numbers.csv
//	porting plan numbers.csv --loa loa.pdf --invoice invoice.pdf
//	porting apply numbers.plan.json
//	porting watch
//
// Each command is in a file of its own, and is little more than a call of the packages
// under workflow. -h shows an example of each; --json prints an object a line; "porting
// completion bash" prints completions.
//
// # Which account
//
// The credentials are those of [porting.NewClientFromEnv]: TELNYX_API_USER with
// TELNYX_API_TOKEN, TELNYX_API_TOKEN alone, or TELNYX_API_KEY; PORTING_BASE_URL names
// another server. Without credentials every command works on a sandbox, and says so on
// standard error. The sandbox keeps its state in a file (PORTING_SANDBOX, --sandbox-file), and
// its clock moves only with "porting sandbox advance" and while "porting watch" waits.
// Journals and stores of the sandbox have names that end in ".sandbox", so that they are
// never taken for real ones; with more than one account, give each its own.
//
// What could mean both, such as credentials and the name of a sandbox, is refused. "porting
// env" says what would be used.
//
// # Exit codes
//
//	0  done
//	1  failed
//	2  the command line, a file or an environment variable is wrong
//	3  something needs you: an exception, a draft with problems, a line that wasn't read
//	4  the outcome of a change is unknown: look before you repeat it
//	5  interrupted; what was done by then is said
//
// # Privacy
//
// What a command prints on standard output is what it was asked for, phone numbers included.
// Standard error, which ends up in logs, has no number, no name and no secret. PINs and account
// numbers are masked everywhere unless a flag asks for them.
package main
