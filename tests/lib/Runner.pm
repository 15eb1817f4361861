# SPDX-License-Identifier: GPL-2.0-or-later
# prove's harness with an ending of its own: each failure with the last lines of
# what it said, and "N passed, N failed, N skipped".
package Runner;
use strict;
use warnings;
use parent 'TAP::Harness';

# As prove(1), which takes a suite that has a directory's name for the tests in it.
sub main {
	my ($jobs, @suites) = @_;
	my $runner = Runner->new({
		jobs => $jobs, exec => ['tests/check', '--tap'],
		timer => 1, show_count => 1, color => -t STDOUT ? 1 : 0,
	});
	return $runner->runtests(@suites)->has_problems ? 1 : 0;
}

# One at a time of those that keep all CPUs busy, and another beside it.
sub make_scheduler {
	my ($self, @suites) = @_;
	$self->rules({ par => [{ seq => $ENV{BUSY} }, { par => '**' }] });
	return $self->SUPER::make_scheduler(@suites);
}

# What follows each test is its own; of a suite's fault, what follows the last.
sub make_parser {
	my ($self, $job) = @_;
	my ($parser, $session) = $self->SUPER::make_parser($job);
	my $suite = $self->{suites}{$job->description} = { parser => $parser, last => [] };

	$parser->callback(ALL => sub {
		my $result = shift;
		if ($result->is_test || $result->is_plan) {
			$suite->{last} = [];
			push @{ $suite->{failures} }, [$result->raw, $suite->{last}]
				if $result->is_test && !$result->is_ok;
		} else {
			push @{ $suite->{last} }, $result->raw;
		}
	});
	return ($parser, $session);
}

# A failure of the suite as a whole.
sub faults {
	my $parser = shift;
	my @faults = $parser->parse_errors;
	push @faults, 'Exit status: ' . $parser->exit if $parser->exit && !$parser->failed;
	return @faults;
}

# The last lines, and those before them that name a failure.
sub excerpt {
	my @lines = @_;
	my $named = qr/FAIL|not ok|[Ee]rror/;
	return @lines[grep { $_ >= @lines - 12 || $lines[$_] =~ $named } 0 .. $#lines];
}

sub summary {
	my ($self, $aggregate) = @_;
	my ($passed, $failed, $skipped) = (0, 0, 0);

	for my $name ($aggregate->descriptions) {
		my $suite = $self->{suites}{$name};
		my $parser = $suite->{parser};
		my @faults = faults($parser);
		push @{ $suite->{failures} }, [join('; ', @faults), $suite->{last}] if @faults;
		for (@{ $suite->{failures} }) {
			my ($what, $lines) = @$_;
			print map { "$_\n" } "# $name: $what", excerpt(@$lines);
		}
		my $missing = ($parser->tests_planned || 0) - $parser->tests_run;
		my $bad = $parser->failed + ($missing > 0 ? $missing : 0);
		$failed += $bad || (@faults ? 1 : 0);
		$passed += $parser->passed - $parser->skipped;
		$skipped += $parser->skipped;
	}
	print "$passed passed, $failed failed, $skipped skipped\n";
}

1;
