return InquiryHub.Contracts.Tests.Release.Run(args);
