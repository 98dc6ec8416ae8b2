<?php
// An exception and a cancellation by a program in PHP, with nothing but its curl extension.
//
//     php port.php http://127.0.0.1:8642
//
// It needs a sandbox that serves the control routes, as porting-sandbox does. It fails with a message, or prints what it
// did.

declare(strict_types=1);

$base = $argv[1];
$api = $base . '/origination/porting';

function expect(bool $true, string $message): void
{
    if (!$true) {
        fwrite(STDERR, "port.php: $message\n");
        exit(1);
    }
}

/** Sends a request and gives its status and its text. */
function send(string $method, string $url, ?string $body = null, array $headers = []): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_NOBODY => $method === 'HEAD',
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_HTTPHEADER => $headers,
    ]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    $text = curl_exec($curl);
    expect($text !== false, "$method $url: " . curl_error($curl));
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $text];
}

/** Calls the API, or a control route, and gives what the JSON of the answer says. */
function call(string $method, string $url, ?array $body = null, array $want = [200, 201, 204]): mixed
{
    $headers = ['x-api-user: sandbox@example.com', 'x-api-token: sandbox-token'];
    if ($body !== null) {
        $headers[] = 'Content-Type: application/json';
    }
    [$status, $text] = send($method, $url, $body === null ? null : json_encode($body, JSON_THROW_ON_ERROR), $headers);
    expect(in_array($status, $want, true), "$method $url: $status $text");
    return $text === '' ? null : json_decode($text, true, 512, JSON_THROW_ON_ERROR);
}

function control(string $method, string $path, ?array $body = null): mixed
{
    global $base;
    return call($method, "$base/_sandbox/$path", $body);
}

/** Every time in an answer has this one form. */
function at(string $text): DateTimeImmutable
{
    $time = DateTimeImmutable::createFromFormat(DATE_ATOM, $text);
    expect($time !== false, "$text is no time");
    return $time;
}

// A number whose carrier objects once, and one that will be cancelled, both submitted already.
control('POST', 'reset');
$objected = control('POST', 'port_requests', ['numbers' => ['+12065550185']]);
$cancelled = control('POST', 'port_requests', ['numbers' => ['+12065550101']]);
$port = "$api/port_requests/{$objected['id']}";
$sub = "$port/sub_requests/{$objected['sub_requests'][0]['id']}";

// Lists: a search has its plus escaped, and says so if it hasn't; a HEAD counts.
$found = call('GET', "$api/port_requests?" . http_build_query(['search' => '+12065550185', 'status' => 'incomplete']));
expect(count($found) === 1 && $found[0]['id'] === $objected['id'], 'the search finds ' . json_encode($found));
$refusal = call('GET', "$api/port_requests?search=+12065550185&page=one", null, [422]);
expect(str_contains($refusal['message'], 'unescaped +') && str_contains($refusal['message'], 'not "one"'), $refusal['message']);
expect(send('HEAD', $port, null, ['Authorization: TOKEN sandbox-token'])[0] === 200, 'HEAD');
$refusal = call('GET', "$port/", null, [404]);
expect(str_contains($refusal['message'], 'did you mean'), $refusal['message']);

// The other one is cancelled while there is time, and its loa downloaded before.
$other = "$api/port_requests/{$cancelled['id']}";
$documents = call('GET', "$other/supporting_documents");
$link = call('POST', "$other/supporting_documents/{$documents[0]['id']}/download_links");
[$status, $text] = send('GET', $link['url']);
expect($status === 200 && str_starts_with($text, '%PDF'), "the download: $status");
call('POST', "$other/sub_requests/{$cancelled['sub_requests'][0]['id']}/cancellation");

// Two days later the carrier has objected; the reason is a comment. The answer to the first look at it is broken off.
control('POST', 'advance', ['by' => '2d']);
control('POST', 'faults', ['operation' => 'Comments.List', 'times' => 1, 'effect' => ['name' => 'respond', 'status' => 503]]);
expect(call('GET', $sub)[0]['status'] === 'exception', 'no exception');
call('GET', "$port/comments", null, [503]);
$comments = call('GET', "$port/comments");
$last = end($comments);
expect($last['user_id'] === null && $last['body'] !== '', 'the comments are ' . json_encode($comments));

// What was wrong is mended, with a fraction of a second in the date and a null for what isn't known.
$windows = call('GET', "$sub/allowed_foc_dates");
$date = at($windows[1]['start']);
$mended = call('PUT', $sub, [
    'foc_date_requested_by_user' => $date->format('Y-m-d\TH:i:s.vP'),
    'account_number' => 'EX-101',
    'tax_identifier' => null,
]);
expect(at($mended[0]['foc_date_requested_by_user']) == $date, 'the date is ' . $mended[0]['foc_date_requested_by_user']);
call('PUT', $sub, ['locality' => 7], [422]);
call('POST', "$port/comments", ['body' => 'The account number was old. Grüße!']);

// A week later one is ported on its date, and the other is cancelled.
control('POST', 'advance', ['to' => $date->modify('+1 day')->format(DATE_ATOM)]);
$ported = call('GET', $sub)[0];
expect($ported['status'] === 'ported' && at($ported['foc_date']) == $date, 'in the end: ' . json_encode($ported));
expect(call('GET', "$other/sub_requests")[0]['status'] === 'cancelled', 'not cancelled');

// The sandbox's judgement: it names what was wrong on purpose, and nothing else.
$findings = control('GET', 'findings');
expect(count($findings) === 3, 'findings: ' . json_encode($findings));
foreach (['unescaped +', 'no such path', 'locality must be a string'] as $i => $text) {
    expect(str_starts_with($findings[$i], 'violation: ') && str_contains($findings[$i], $text), $findings[$i]);
}
echo "ported one number after an exception, and cancelled another\n";
