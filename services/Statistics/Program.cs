return await InquiryHub.Kernel.HubHost.RunAsync(args, new InquiryHub.Statistics.StatisticsModule());
